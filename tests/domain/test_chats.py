"""What a model is told of a conversation, and what a chat is called."""

from icons.domain.chats import MAX_TITLE, ChatMessage, ChatRequest, context, title_of


def conversation(count: int, text: str = "word " * 200) -> list[ChatMessage]:
    return [ChatMessage(n, ("user", "assistant")[n % 2], f"{n} {text}") for n in range(count)]


def test_the_rules_come_first_and_the_message_last() -> None:
    """What was said after the message is none of its context."""
    told = context(conversation(5, ""), 2)
    assert [each.role for each in told] == ["system", "user", "assistant", "user"]
    assert [each.text for each in told[1:]] == ["0 ", "1 ", "2 "]


def test_a_long_conversation_is_cut_at_its_beginning() -> None:
    """The latest messages within the bound, without a gap; the message itself however long it is."""
    told = context(conversation(100), 98)
    assert 10 < len(told) < 30
    assert [int(each.text.split()[0]) for each in told[1:]] == list(range(99 - len(told) + 1, 99))
    assert sum(len(each.text) for each in told) < 20_000
    long = [ChatMessage(0, "user", "x"), ChatMessage(2, "user", "y" * 100_000)]
    assert [each.text[:1] for each in context(long, 2)[1:]] == ["x", "y"]


def test_what_a_user_says_is_no_template() -> None:
    """Braces and percent signs reach the model as they are."""
    assert context([ChatMessage(0, "user", "{rules} %s {0}")], 0)[-1].text == "{rules} %s {0}"


def test_a_title_is_the_beginning_on_one_line() -> None:
    """At most so long, and it shows that it was cut."""
    assert title_of("  Draw\na\tbee ") == "Draw a bee"
    title = title_of("word " * 100)
    assert len(title) <= MAX_TITLE
    assert title.endswith("…")


def test_a_request_survives_its_storing() -> None:
    """`from_json` is the inverse of `to_json`."""
    request = ChatRequest("c", 2, "local", "m", {"a": [1, {"b": None}]})
    assert ChatRequest.from_json(request.to_json()) == request
