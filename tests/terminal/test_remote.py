"""`remote`: a service elsewhere, asked over real HTTP."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result
from PIL import Image

from icons.domain.rates import Policy
from icons.terminal import remote

from ..conftest import Server, eventually, free_port
from .proxy import proxied

Ask = Callable[..., Result]


@pytest.fixture(autouse=True, scope="module")
def log_elsewhere() -> Iterator[None]:
    """The server of these tests logs in the same process: not among what the commands print."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.__stderr__))
    yield
    structlog.reset_defaults()


@pytest.fixture
def ask(server: Server, tmp_path: Path) -> Ask:
    """Runs a remote command as the user "ada"; the token comes by the environment."""

    def run(*arguments: str, token: str = "", url: str = "", **options) -> Result:
        environment = {"ICON_STUDIO_URL": url or server.url, "ICON_STUDIO_TOKEN": token or server.token}
        folder = ["-o", str(tmp_path / "out")] if arguments[0] != "status" else []
        return CliRunner().invoke(remote.command(), [*arguments, *folder], env=environment, **options)

    return run


def batches(server: Server) -> int:
    return len(server.session().get(f"{server.url}/api/icons/batches?limit=100", timeout=10).json()["batches"])


def test_icons_of_a_category_are_saved(ask: Ask) -> None:
    """The files that are named are there, in the size asked for."""
    done = ask("generate", "office supplies", "--icon", "-n", "2", "--size", "64", "--style", "flat")
    assert done.exit_code == 0, done.output
    files = [Path(line) for line in done.stdout.splitlines()]
    assert len(files) == 2
    for file in files:
        with Image.open(file) as picture:
            assert picture.size == (64, 64)


def test_a_prompt_is_saved_under_the_servers_name(ask: Ask, tmp_path: Path) -> None:
    """The request's id and the time of the picture; nothing else is left in the folder."""
    done = ask("generate", "a red fox", "--size", "128", "--json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["status"] == "completed"
    file = Path(answer["pictures"][0]["file"])
    assert file.name.startswith(f"{answer['id']}_")
    assert list((tmp_path / "out").iterdir()) == [file]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--as", "yaml"], "style: flat\nsize: 64\ncategories:\n  - tools: [hammer]\n  - cars\n"),
        (["--as", "csv", "--size", "64"], "category,elements\ntools,hammer; wrench\ncars,\n"),
        (["--size", "64"], "# mine\ntools: hammer, wrench\n\ncars\n"),
    ],
)
def test_a_catalogue_in_any_notation(ask: Ask, options: list[str], text: str) -> None:
    """YAML, CSV and plain lines from standard input ask for the same icons."""
    done = ask("batch", "-", *options, "--json", input=text)
    assert done.exit_code == 0, done.output
    pictures = json.loads(done.stdout)["pictures"]
    assert [each["asked"] for each in pictures] == ["tools 1", "cars 1"]
    assert all(Path(each["file"]).exists() for each in pictures)


@pytest.mark.parametrize(
    ("arguments", "text", "sentence"),
    [
        (["batch", "-"], "\n# nothing\n", "no category"),
        (["batch", "-", "--as", "csv"], "name\ntools\n", "line 1"),
        (["batch", "-", "--as", "csv"], "category,elements\n,hammer\n", "line 2"),
        (["batch", "-", "--as", "yaml"], "categories: [a\n", "line 2"),
        (["batch", "-", "--style", "modrn"], "tools\n", "modern"),
        (["batch"], "", "--batch"),
        (["generate", "x", "--colors", "earth"], "", "--icon"),
        (["generate", "x", "--size", "big"], "", "1024x1536"),
        (["generate", "x", "--size", "5000"], "", "width"),
        (["get", "nothing"], "", "no job with this id"),
        (["get", "../../health"], "", "nothing"),
    ],
)
def test_wrong_use_ends_with_2_and_a_sentence(ask: Ask, arguments: list[str], text: str, sentence: str) -> None:
    """Whether this side or the server sees it; without a traceback."""
    done = ask(*arguments, input=text)
    assert done.exit_code == 2, done.output
    assert sentence in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize("token", ["wrong", "with a space", "line\nbreak"])
def test_a_wrong_token_is_not_shown(ask: Ask, token: str) -> None:
    """Exit code 2, and the token itself in no line."""
    done = ask("generate", "x", token=token)
    assert done.exit_code == 2
    assert token not in done.output


def test_the_token_can_lie_in_a_file(server: Server, tmp_path: Path) -> None:
    """As `serve` keeps the operator's key; without any token the sentence names both ways."""
    (tmp_path / "key").write_text(server.token + "\n")
    arguments = ["generate", "x", "--server", server.url, "--no-wait", "-o", str(tmp_path / "out")]
    done = CliRunner().invoke(remote.command(), [*arguments, "--token-file", str(tmp_path / "key")])
    assert done.exit_code == 0, done.output
    without = CliRunner().invoke(remote.command(), arguments)
    assert without.exit_code == 2
    assert "ICON_STUDIO_TOKEN" in without.stderr
    assert "--token-file" in without.stderr


def test_no_wait_then_status_then_get(ask: Ask) -> None:
    """The id is all that the first prints; the others find it, and a second get fetches nothing anew."""
    some_id = ask("batch", "-", "--size", "64", "--no-wait", input="pens\nclocks\n").stdout.strip()
    status = json.loads(ask("status", some_id, "--json").stdout)
    assert (status["batch_id"], status["total"]) == (some_id, 2)
    done = ask("get", some_id)
    assert done.exit_code == 0, done.output
    files = [Path(line) for line in done.stdout.splitlines()]
    before = [file.stat().st_mtime_ns for file in files]
    again = ask("batch", "--batch", some_id)
    assert again.stdout == done.stdout
    assert [file.stat().st_mtime_ns for file in files] == before


def test_cancelled_work_ends_with_1(ask: Ask, server: Server) -> None:
    """What was finished is saved, what was not is named."""
    categories = "".join(f"thing {number}\n" for number in range(60))
    some_id = ask("batch", "-", "--concurrency", "1", "--no-wait", input=categories).stdout.strip()
    server.session().post(f"{server.url}/api/icons/batch/{some_id}/cancel", timeout=10)
    done = ask("get", some_id)
    assert done.exit_code == 1
    assert "thing 59 1: It was cancelled." in done.stderr


def test_a_lost_answer_asks_for_nothing_twice(ask: Ask, server: Server) -> None:
    """The proxy loses the answer of the first submission; the second is answered with the first's batch."""
    before = batches(server)
    with proxied(server.url) as proxy:
        proxy.lose = 1
        done = ask("batch", "-", "--size", "64", url=proxy.url, input="bridges\n")
    assert done.exit_code == 0, done.output
    assert [method for method, _ in proxy.seen].count("POST") == 2
    assert batches(server) == before + 1


def test_the_same_key_is_the_same_work(ask: Ask) -> None:
    """As the sentence after a lost connection advises."""
    first, second = (ask("generate", "lamps", "--icon", "--no-wait", "--key", "k-17").stdout for _ in range(2))
    assert first == second != ""


def test_behind_a_path_and_a_gateway_that_fails(ask: Ask, server: Server) -> None:
    """The prefix is kept in every request; a page in place of an answer is tried again."""
    with proxied(server.url) as proxy:
        proxy.away = 2
        done = ask("generate", "keys", "--icon", "--size", "64", url=proxy.url)
    assert done.exit_code == 0, done.output
    assert all(path.startswith("/studio/api/") for _, path in proxy.seen)
    assert "answers 502" in done.stderr


def test_retry_after_is_honoured(ask: Ask, server: Server) -> None:
    """Beyond its rate the command waits as long as the server says, and then has its picture."""
    server.studio.accounts.set_rate("ada", Policy.IMAGES, "1 per 3 seconds")
    try:
        with server.session() as session:
            address = f"{server.url}/api/images/generate"
            # A server goes by what it knows of an account for some seconds.
            eventually(lambda: session.post(address, json={"prompt": "x"}).headers["X-RateLimit-Limit"] == "1")
        done = ask("generate", "a boat", "--size", "64", "--no-wait")
    finally:
        server.studio.accounts.set_rate("ada", Policy.IMAGES, None)
    assert done.exit_code == 0, done.output
    assert "Trying again in" in done.stderr


def test_a_server_that_is_away_is_a_sentence(ask: Ask) -> None:
    """Exit code 1, the address, and how to go on without paying twice."""
    done = ask("generate", "x", url=f"http://127.0.0.1:{free_port()}")
    assert done.exit_code == 1
    assert "does not answer" in done.stderr
    assert "--key" in done.stderr


def test_ctrl_c_says_how_to_go_on(start, run, server: Server, folder: Path) -> None:
    """The server goes on; the command that is named brings the rest."""
    (folder / "many.txt").write_text("".join(f"item {number}\n" for number in range(40)))
    access = {"ICON_STUDIO_URL": server.url, "ICON_STUDIO_TOKEN": server.token}
    before = batches(server)
    process = start("remote", "batch", "many.txt", "--concurrency", "1", **access)
    eventually(lambda: batches(server) > before, 60)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    some_id = err.rsplit("remote get ", 1)[1].split()[0]
    done = run("remote", "get", some_id, "-o", "many", **access)
    assert done.returncode == 0, done.stderr
    assert len(list((folder / "many").iterdir())) == 40
