"""A real nginx with the configuration that is shipped; its names and ports are the test's."""

import getpass
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from ..conftest import eventually, free_port

SHIPPED = Path(__file__).parents[2] / "deploy" / "nginx.conf"
_PROGRAM = shutil.which("nginx") or "/usr/sbin/nginx"  # often not on the path of ordinary users
_AROUND = """
user {user};
pid {folder}/nginx.pid; daemon off; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  include {folder}/site.conf;
}}
"""


@contextmanager
def running_nginx(folder: Path, *ports: int) -> Iterator[str]:
    """In front of web processes on these two ports; its address."""
    port = free_port()
    site = SHIPPED.read_text().replace("listen 80;", f"listen 127.0.0.1:{port};")
    for shipped, ours in zip((3560, 3561), ports, strict=True):
        site, found = re.subn(rf":{shipped}\b", f":{ours}", site)
        assert found == 2
    (folder / "site.conf").write_text(site)
    main = folder / "nginx.conf"
    main.write_text(_AROUND.format(folder=folder, user=getpass.getuser()))
    process = subprocess.Popen([_PROGRAM, "-c", main, "-p", folder], stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: _answers(url))
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=2).ok
    except requests.ConnectionError:
        return False
