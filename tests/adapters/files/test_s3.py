"""What S3 adds to the files: headers, sentences for operators, addresses for browsers."""

import datetime

import pytest
import requests
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from icons.adapters.files import open_files, open_signer
from icons.adapters.files.address import S3Address
from icons.domain.errors import SettingsError, StudioError, Unavailable

from ...servers.s3 import BUCKET, KEY, SECRET, S3Server, running_s3, s3_server  # noqa: F401 - a fixture among them

INLINE = 'inline; filename="an icon.png"'


def test_an_image_says_what_it_is_and_that_it_stays(s3_server: S3Server) -> None:  # noqa: F811
    """Content type and caching lie with the object; other files have neither."""
    files = open_files(s3_server.url("one/two"))
    files.put("ab/icon.svg", b"<svg/>")
    files.put("spool/answer", b"{}")
    icon = s3_server.client.head_object(Bucket=BUCKET, Key="one/two/ab/icon.svg")
    assert icon["ContentType"] == "image/svg+xml"
    assert icon["CacheControl"] == "public, max-age=31536000, immutable"
    assert "CacheControl" not in s3_server.client.head_object(Bucket=BUCKET, Key="one/two/spool/answer")


def test_a_missing_bucket_stops_the_start(s3_server: S3Server) -> None:  # noqa: F811
    """The sentence says what to do."""
    with pytest.raises(SettingsError, match="no such bucket"):
        open_files(s3_server.url(bucket="nobody-s"))


def test_wrong_keys_stop_the_start() -> None:
    """A server that checks them turns the first write down; the sentence shows no key."""
    with running_s3(checks_keys=True) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        with pytest.raises(SettingsError, match="may not write") as refused:
            open_files(server.url())
    assert KEY not in refused.value.message
    assert SECRET not in refused.value.message


def test_a_storage_that_is_away_is_unavailable() -> None:
    """At the start and later; callers hear when to come back. Once it is there again, work goes on."""
    with running_s3() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        files = open_files(server.url())
        server.kill()
        for call in (lambda: files.put("ab/one.png", b"1"), lambda: files.open("ab/one.png")):
            with pytest.raises(Unavailable) as away:
                call()
            assert away.value.retry_after
            assert str(server.port) not in away.value.message
        with pytest.raises(Unavailable, match="does not answer"):
            open_files(server.url())
        server.start()
        files.put("ab/one.png", b"1")
        assert files.exists("ab/one.png")


def test_a_large_file_that_is_replaced_while_it_is_read_is_not_mixed(s3_server: S3Server) -> None:  # noqa: F811
    """Reading ends with an error rather than with a piece of the other."""
    files = open_files(s3_server.url("replaced"))
    files.put("ab/large.png", b"a" * 2_000_000)
    with files.open("ab/large.png") as file:
        assert file.read(10) == b"a" * 10
        files.put("ab/large.png", b"b" * 2_000_000)
        with pytest.raises(StudioError):
            file.read()


def test_a_signed_address_brings_the_file_under_its_name(s3_server: S3Server) -> None:  # noqa: F811
    """A browser without any credential gets bytes, type and file name."""
    open_files(s3_server.url("signed")).put("ab/icon.png", b"picture")
    address = open_signer(s3_server.url("signed")).address("ab/icon.png", 60, "image/png", INLINE)
    answer = requests.get(address, timeout=10)
    assert (answer.status_code, answer.content) == (200, b"picture")
    assert answer.headers["Content-Disposition"] == INLINE
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_the_signature_is_the_one_that_amazon_makes(s3_server: S3Server, monkeypatch) -> None:  # noqa: F811
    """Amazon's own signer, given the same request and moment, comes to the same address."""
    signer = open_signer(s3_server.url("a b/c+d"))
    address = signer.address("ab/icon.png", 60, "image/png", INLINE)
    plain, _, query = address.partition("?")
    stamp = dict(pair.split("=") for pair in query.split("&"))["X-Amz-Date"]
    monkeypatch.setattr(
        "botocore.auth.get_current_datetime",
        lambda: datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC),
        raising=False,
    )
    request = AWSRequest(
        "GET", plain, params={"response-content-disposition": INLINE, "response-content-type": "image/png"}
    )
    S3SigV4QueryAuth(Credentials(KEY, SECRET), "s3", "us-east-1", expires=75).add_auth(request)
    theirs = dict(pair.split("=") for pair in request.url.partition("?")[2].split("&"))
    ours = dict(pair.split("=") for pair in query.split("&"))
    assert theirs["X-Amz-Date"] == stamp
    assert ours["X-Amz-Signature"] == theirs["X-Amz-Signature"]


def test_an_address_stays_the_same_for_a_while(s3_server: S3Server) -> None:  # noqa: F811
    """So that browsers find the file in their cache; it lives as long as asked for at least."""
    signer = open_signer(s3_server.url())
    signer._clock = lambda: 1_800_000_000.0
    first = signer.address("ab/icon.png", 400, "image/png", INLINE)
    signer._clock = lambda: 1_800_000_099.0
    assert signer.address("ab/icon.png", 400, "image/png", INLINE) == first
    assert "X-Amz-Expires=500" in first
    signer._clock = lambda: 1_800_000_100.0
    assert signer.address("ab/icon.png", 400, "image/png", INLINE) != first


def test_a_session_s_token_goes_into_the_address(s3_server: S3Server, monkeypatch) -> None:  # noqa: F811
    """Temporary keys count only together with it."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a/token")
    assert "X-Amz-Security-Token=a%2Ftoken&" in open_signer(s3_server.url()).address("ab/icon.png", 60, "a/b", "inline")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("s3://bucket?secret_access_key=x", "secret_access_key, which it does not know"),
        ("s3://key:secret@bucket", "Keys belong into"),
        ("s3:///prefix", "names no bucket"),
        ("s3://bucket?endpoint=minio:9000", "without http"),
    ],
)
def test_a_wrong_address_is_a_sentence(url: str, sentence: str) -> None:
    """It says how to write one, and never shows a key."""
    with pytest.raises(SettingsError, match=sentence) as wrong:
        open_files(url)
    assert "secret@" not in wrong.value.message


def test_the_standard_variables_fill_what_the_address_leaves_out(monkeypatch) -> None:
    """Region and endpoint as Amazon's own tools read them; browsers may come another way."""
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert S3Address.parse("s3://bucket").endpoint == "https://s3.eu-central-1.amazonaws.com"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://minio:9000/")
    inside = S3Address.parse("s3://bucket/a/?public_endpoint=https://img.example.com")
    assert inside == S3Address("bucket", "a", "http://minio:9000", "eu-central-1", "https://img.example.com")


def test_a_folder_has_no_addresses_for_browsers(tmp_path) -> None:
    """IMAGE_URLS=direct with it stops the start."""
    with pytest.raises(SettingsError, match="IMAGE_URLS=direct"):
        open_signer(tmp_path.as_uri())
