"""Who is believed about where a request comes from."""

import pytest
from werkzeug.test import create_environ, run_wsgi_app
from werkzeug.wrappers import Response

from icons.domain.errors import SettingsError
from icons.web.proxies import trusting


def seen(proxies: str, peer: str, forwarded: str, **headers: str) -> tuple[str, str]:
    """Address and scheme that the application sees."""
    found = []

    def application(environ, start_response):
        found.append((environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]))
        return Response("ok")(environ, start_response)

    named = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https", **headers}
    environ = create_environ(headers=named, environ_base={"REMOTE_ADDR": peer})
    run_wsgi_app(trusting(application, proxies), environ)
    return found[0]


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address", "scheme"),
    [
        ("", "127.0.0.1", "1.2.3.4", "127.0.0.1", "http"),  # nobody is believed by default
        ("1", "127.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4", "https"),
        ("2", "127.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.9", "1.2.3.4", "https"),
        ("127.0.0.1", "127.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4", "https"),
        ("127.0.0.1", "9.9.9.9", "1.2.3.4", "9.9.9.9", "http"),  # somebody else says so
        ("127.0.0.1,10.0.0.0/8", "127.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.9", "1.2.3.4", "https"),
        ("10.0.0.0/8", "10.0.0.1", "10.0.0.2", "10.0.0.2", "https"),  # a client from inside
        ("127.0.0.1", "127.0.0.1", "", "127.0.0.1", "https"),
        ("127.0.0.1", "::ffff:127.0.0.1", "1.2.3.4", "1.2.3.4", "https"),
        ("::1", "::1", "2001:db8::7", "2001:db8::7", "https"),
    ],
)
def test_only_known_proxies_are_believed(proxies, peer, forwarded, address, scheme) -> None:
    """The last hop that is not one of the operator's is the client, whatever it claims itself."""
    assert seen(proxies, peer, forwarded) == (address, scheme)


@pytest.mark.parametrize("proxies", ["nginx", "10.0.0.1/8", "127.0.0.1,,"])
def test_a_wrong_list_stops_the_start(proxies: str) -> None:
    """With a sentence that names the setting."""
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES"):
        trusting(lambda *_: [], proxies)


def test_logins_are_counted_by_the_address_behind_the_proxy(new_studio) -> None:
    """Two clients of one proxy have a limit each; an inventor of addresses has one for all of them."""
    studio = new_studio(work=False, trusted_proxies="127.0.0.1", limit_login_address="1 per hour")
    client = studio.client(anonymous=True)

    def sign_in(forwarded: str, peer: str = "127.0.0.1") -> int:
        body = {"username": "nobody", "password": "a wrong password"}
        headers = {"X-Forwarded-For": forwarded}
        answer = client.post("/api/auth/login", json=body, headers=headers, environ_overrides={"REMOTE_ADDR": peer})
        return answer.status_code

    assert [sign_in("1.2.3.4"), sign_in("1.2.3.4"), sign_in("1.2.3.5")] == [401, 429, 401]
    assert [sign_in("6.6.6.1", "9.9.9.9"), sign_in("6.6.6.2", "9.9.9.9")] == [401, 429]


def test_the_figures_stay_shut_behind_a_proxy(new_studio) -> None:
    """A stranger is one, and so is who claims to be this machine."""
    client = new_studio(work=False, trusted_proxies="127.0.0.1").client(anonymous=True)
    for claimed in ("1.2.3.4", "127.0.0.1"):
        assert client.get("/metrics", headers={"X-Forwarded-For": claimed}).status_code == 404
