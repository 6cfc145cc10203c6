"""Downloads from a real server on this machine that does everything wrong that servers do."""

import socket
import ssl
import subprocess
import threading
import time

import pytest

from nand2resnet.data.downloading import NotDownloaded, Patience, download
from tests.data.file_server import (
    answers,
    hangs_up,
    sends,
    sends_page,
    sends_the_wrong_piece,
    sends_without_length,
    stalls,
    trickles,
)
from tests.data.made_sets import remote

CONTENT = bytes(i * i % 251 for i in range(50_000))
OTHER = bytes(50_000)
HASTY = Patience(answer=0.3, pauses=(0.01, 0.01), window=0.1, slow=200_000, stalled=100)


@pytest.fixture
def target(tmp_path):
    return tmp_path / "file.gz"


def fetch(target, *addresses, content=CONTENT, patience=HASTY):
    download(remote("file.gz", content, *addresses), target, patience)


def assert_complete(target):
    assert target.read_bytes() == CONTENT
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def refusal(target, *addresses, patience=HASTY):
    with pytest.raises(NotDownloaded) as caught:
        fetch(target, *addresses, patience=patience)
    assert not target.exists()
    return str(caught.value)


# --- It goes on where it stopped


def test_a_download(server, target):
    fetch(target, server.serve("/a", sends(CONTENT)))
    assert_complete(target)
    assert server.requests == [("/a", "")]


def test_a_connection_that_breaks_off_is_resumed(server, target):
    address = server.serve(
        "/a", sends(CONTENT, until=20_000), sends(CONTENT, until=35_000), sends(CONTENT)
    )
    fetch(target, address)
    assert_complete(target)
    assert server.ranges("/a") == ["", "bytes=20000-", "bytes=35000-"]


def test_another_address_goes_on_where_the_first_stopped(server, target):
    first = server.serve("/a", sends(CONTENT, until=20_000))
    second = server.serve("/b", sends(CONTENT))
    fetch(target, first, second)
    assert_complete(target)
    assert server.ranges("/b") == ["bytes=20000-"]


def test_another_process_goes_on_where_one_was_ended(server, target):
    target.with_name("file.gz.part").write_bytes(CONTENT[:30_000])
    fetch(target, server.serve("/a", sends(CONTENT)))
    assert_complete(target)
    assert server.ranges("/a") == ["bytes=30000-"]


def test_a_complete_partial_file_is_not_downloaded_again(server, target):
    target.with_name("file.gz.part").write_bytes(CONTENT)
    fetch(target, server.serve("/a", answers(404)))
    assert_complete(target)
    assert server.requests == []


@pytest.mark.parametrize("rest", [OTHER[:30_000], OTHER, OTHER + b"more"])
def test_a_spoiled_partial_file_is_thrown_away(server, target, rest):
    target.with_name("file.gz.part").write_bytes(rest)
    fetch(target, server.serve("/a", sends(CONTENT)))
    assert_complete(target)
    assert server.ranges("/a")[-1] == ""


def test_a_server_without_ranges_sends_it_all_again(server, target):
    address = server.serve("/a", sends(CONTENT, until=20_000), sends(CONTENT, ranges=False))
    fetch(target, address)
    assert_complete(target)


def test_a_range_that_does_not_exist_begins_again(server, target):
    target.with_name("file.gz.part").write_bytes(CONTENT[:10])
    fetch(target, server.serve("/a", answers(416), sends(CONTENT)))
    assert_complete(target)
    assert server.ranges("/a") == ["bytes=10-", ""]


def test_the_wrong_piece_is_not_taken(server, target):
    target.with_name("file.gz.part").write_bytes(CONTENT[:10])
    first = server.serve("/a", sends_the_wrong_piece)
    fetch(target, first, server.serve("/b", sends(CONTENT)))
    assert_complete(target)


def test_a_download_that_always_advances_is_never_given_up(server, target):
    # Twenty pieces, though three rounds without any progress would be the end.
    pieces = [sends(CONTENT, until=end) for end in range(2_500, 50_001, 2_500)]
    fetch(target, server.serve("/a", *pieces))
    assert_complete(target)
    assert len(server.requests) == 20


def test_a_length_that_is_not_said(server, target):
    fetch(target, server.serve("/a", sends_without_length(CONTENT)))
    assert_complete(target)


# --- Trouble that passes


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again(server, target, status):
    fetch(target, server.serve("/a", answers(status), answers(status), sends(CONTENT)))
    assert_complete(target)


def test_it_waits_as_long_as_the_server_asks(server, target):
    address = server.serve("/a", answers(503, Retry_After=1), sends(CONTENT))
    began = time.monotonic()
    fetch(target, address)
    assert time.monotonic() - began >= 1
    assert_complete(target)


def test_but_not_for_hours(server, target):
    address = server.serve("/a", answers(503, Retry_After=7200), sends(CONTENT))
    fetch(target, address, patience=Patience(pauses=(0.01,), longest_pause=0.02))
    assert_complete(target)


def test_a_server_that_falls_silent_is_left(server, target):
    first = server.serve("/a", stalls(CONTENT, after=20_000))
    fetch(target, first, server.serve("/b", sends(CONTENT)))
    assert_complete(target)
    assert server.ranges("/b") == ["bytes=20000-"]


def test_a_server_that_never_answers_is_left(server, target):
    first = server.serve("/a", lambda handler: handler.files.closing.wait(30))
    fetch(target, first, server.serve("/b", sends(CONTENT)))
    assert_complete(target)


def test_a_server_that_hangs_up_is_asked_again(server, target):
    fetch(target, server.serve("/a", hangs_up, sends(CONTENT)))
    assert_complete(target)


def test_a_slow_server_is_left_for_a_fast_one(server, target):
    slow = server.serve("/a", trickles(CONTENT, chunk=50, pause=0.02))
    fetch(target, slow, server.serve("/b", sends(CONTENT)))
    assert_complete(target)
    assert len(server.ranges("/a")) == 1
    assert server.ranges("/b")[0].startswith("bytes=")


def test_the_last_server_may_be_slow(server, target):
    slow = server.serve("/a", trickles(CONTENT, chunk=2_500, pause=0.03))
    fetch(target, slow, server.serve("/b", answers(404)))
    assert_complete(target)


def test_when_all_are_slow_one_is_kept(server, target):
    slow = [server.serve(path, trickles(CONTENT, chunk=2_500, pause=0.03)) for path in ("/a", "/b")]
    fetch(target, *slow)
    assert_complete(target)
    assert len(server.requests) == 2


def test_a_server_that_hardly_sends_anything_is_given_up(server, target):
    address = server.serve("/a", trickles(CONTENT, chunk=1, pause=0.05))
    said = refusal(target, address, patience=Patience(pauses=(), window=0.1, stalled=1000))
    assert "it sent only 0.0 kB a second" in said


# --- Trouble that stays


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_missing_file_is_not_asked_for_again(server, target, status):
    said = refusal(target, server.serve("/a", answers(status)))
    assert f"it answered {status}" in said
    assert len(server.requests) == 1


def test_the_next_address_is_asked(server, target):
    fetch(target, server.serve("/a", answers(404)), server.serve("/b", sends(CONTENT)))
    assert_complete(target)


def test_a_login_page_is_not_taken_for_the_file(server, target):
    said = refusal(target, server.serve("/a", sends_page), server.serve("/b", sends_page))
    assert "it sent a web page instead: perhaps this network wants you to log in" in said
    assert list(target.parent.iterdir()) == []


def test_a_login_page_spoils_no_partial_file(server, target):
    target.with_name("file.gz.part").write_bytes(CONTENT[:30_000])
    refusal(target, server.serve("/a", sends_page))
    fetch(target, server.serve("/a", sends(CONTENT)))
    assert server.ranges("/a")[-1] == "bytes=30000-"


def test_a_file_of_another_size_is_not_even_downloaded(server, target):
    said = refusal(target, server.serve("/a", sends(CONTENT[:-1])))
    assert "its file has 49,999 bytes, not 50,000" in said
    assert list(target.parent.iterdir()) == []


def test_a_partial_file_of_another_size_is_not_mixed_in(server, target):
    target.with_name("file.gz.part").write_bytes(CONTENT[:10])
    said = refusal(target, server.serve("/a", sends(CONTENT + b"x")))
    assert "its file has 50,001 bytes" in said


def test_more_than_the_file_is_not_kept(server, target):
    said = refusal(target, server.serve("/a", sends_without_length(CONTENT + b"more")))
    assert "it sent more than 50,000 bytes" in said


def test_wrong_bytes_are_not_kept(server, target):
    said = refusal(target, server.serve("/a", sends(OTHER)))
    assert "wrong checksum" in said
    assert len(server.requests) == 1
    assert list(target.parent.iterdir()) == []


def test_after_wrong_bytes_the_next_address_begins_anew(server, target):
    fetch(target, server.serve("/a", sends(OTHER)), server.serve("/b", sends(CONTENT)))
    assert_complete(target)
    assert server.ranges("/b") == [""]


def test_pieces_of_two_files_are_not_mixed_twice(server, target):
    # The good one always breaks off; the other one sends wrong bytes of the right length.
    good = [sends(CONTENT, until=end) for end in (10_000, 20_000, 30_000, 40_000, 50_000)]
    first = server.serve("/a", *good)
    fetch(target, first, server.serve("/b", sends(OTHER)))
    assert_complete(target)


def test_nobody_there(target):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/a"
    # It does not wait and ask again: the pause is days long.
    said = refusal(target, address, patience=Patience(pauses=(1e6,)))
    assert "there is no connection to it" in said


def test_no_name_service(target):
    said = refusal(target, "http://host.invalid/a", patience=Patience(pauses=(1e6,)))
    assert said == (
        "file.gz could not be downloaded from host.invalid: this computer seems to be offline."
    )


def test_each_address_has_its_reason(server, target):
    said = refusal(target, server.serve("/a", answers(404)), server.serve("/b", sends_page))
    assert "it answered 404 Not Found" in said
    assert "it sent a web page" in said


def test_one_reason_is_said_once(server, target):
    said = refusal(target, server.serve("/a", answers(404)), server.serve("/b", answers(404)))
    assert said.count("404") == 1


# --- Proxies and certificates


def test_it_asks_the_proxy(server, target, monkeypatch):
    proxied = server.serve("http://elsewhere.invalid/a", sends(CONTENT))
    monkeypatch.setenv("http_proxy", proxied.removesuffix("http://elsewhere.invalid/a"))
    fetch(target, "http://elsewhere.invalid/a")
    assert_complete(target)


def test_a_proxy_that_wants_a_password(server, target, monkeypatch):
    proxied = server.serve("http://elsewhere.invalid/a", answers(407))
    monkeypatch.setenv("http_proxy", proxied.removesuffix("http://elsewhere.invalid/a"))
    assert "the proxy of this network wants a name" in refusal(target, "http://elsewhere.invalid/a")


@pytest.fixture
def self_signed(tmp_path_factory):
    """The address of a server whose certificate nobody trusts."""
    folder = tmp_path_factory.mktemp("certificate")
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -keyout k -out c"
    )
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "c", folder / "k")
    listening = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

    threading.Thread(target=accept, daemon=True).start()
    yield f"https://127.0.0.1:{listening.getsockname()[1]}/a"
    listening.close()


def test_a_certificate_that_is_not_trusted(self_signed, target):
    assert "its certificate is not trusted" in refusal(target, self_signed)


# --- The disk


def test_a_full_disk_is_an_error_of_the_disk(server, target):
    # A file that takes nothing: writing to it fails as on a full disk.
    target.with_name("file.gz.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        fetch(target, server.serve("/a", sends(CONTENT)))


def test_progress_is_shown(server, target, capsys):
    content = CONTENT * 4
    address = server.serve("/a", trickles(content, chunk=20_000, pause=0.1))
    fetch(target, address, content=content, patience=Patience())
    shown = capsys.readouterr().out
    assert "file.gz" in shown
    assert "200k/200k" in shown
    assert target.stat().st_size == 200_000
