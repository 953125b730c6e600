"""Dockerfile and compose file: no engine is needed to see that they fit each other and the repository."""

from __future__ import annotations

import ipaddress
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import newstance.models
from newstance import __version__
from newstance.service import Profile
from newstance.service.cli import _parser
from newstance.service.doctor import weights_of

ROOT = Path(newstance.models.__file__).parent.parent
LINES = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text()).splitlines()


def instructions(name):
    return [line.split(maxsplit=1)[1] for line in LINES if line.startswith(f"{name} ")]


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_the_linter_finds_nothing():
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("hadolint is not installed; the dev extra brings it")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_what_is_copied_is_in_the_repository_and_sent_to_the_engine():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [part for line in instructions("COPY") if "--from" not in line for part in line.split()[:-1]]
    assert sorted(copied) == sorted(sent)
    for part in copied:
        assert re.search(rf"^{re.escape(part)}(/|$)", tracked, re.MULTILINE), part
    # All that the wheel is built of is there.
    packages = re.search(
        r"\[tool\.setuptools\.package-dir\]\n(.*?)\n\n", (ROOT / "pyproject.toml").read_text(), re.DOTALL
    )
    folders = {path.split("/")[0] for path in re.findall(r'= "([^"]+)"', packages[1])}
    assert folders <= set(copied)


def test_stages_are_named_before_they_are_copied_from():
    stages = [line.partition(" AS ")[2] for line in instructions("FROM")]
    assert stages[-1] == ""
    assert {re.search(r"--from=(\S+)", line)[1] for line in instructions("COPY") if "--from" in line} <= set(stages)
    for image in instructions("FROM"):
        assert image.split()[0] in stages or re.fullmatch(r"python:\d+\.\d+\.\d+-\S+", image.split()[0])


def test_the_weights_of_the_embedded_profile_are_copied():
    sources = weights_of(Profile.load("embedded")).values()
    packages = {source.partition(":")[2].partition("/")[0] for source in sources if source.startswith("package:")}
    assert {Path(line.split()[-1]).name for line in instructions("COPY") if "site-packages" in line} == packages


def test_it_is_no_root_and_its_health_is_a_route_of_the_server():
    assert instructions("USER") == ["10001"]  # a number, as Kubernetes wants it
    server = pytest.importorskip("newstance.service.web.server", reason="the server needs the serve extra")
    (health,) = instructions("HEALTHCHECK")
    (path,) = re.findall(r"http://127\.0\.0\.1:7860(/\w+)", health)
    assert path in server.OPEN
    assert instructions("EXPOSE") == ["7860"]


def test_commands_are_understood(compose):
    (command,) = instructions("CMD")
    chosen = _parser().parse_args(yaml.safe_load(command))
    assert (chosen.port, str(chosen.auth_file)) == (7860, "/accounts/accounts.yaml")
    chosen = _parser().parse_args(compose["services"]["newstance"]["command"])
    assert (chosen.host, chosen.port, str(chosen.auth_file)) == ("0.0.0.0", 7860, "/accounts/accounts.yaml")
    (subnet,) = compose["networks"]["inside"]["ipam"]["config"]
    assert chosen.trusted_proxy == [subnet["subnet"]]
    assert ipaddress.ip_network(subnet["subnet"]).is_private
    for line in instructions("RUN"):
        for said in re.findall(r"newstance ((?:setup|analyze)[^&>]*)", line):
            _parser().parse_args(said.split())


def test_the_proxy_alone_is_seen_from_outside(compose):
    service, proxy = compose["services"]["newstance"], compose["services"]["proxy"]
    assert "ports" not in service
    assert service["read_only"] is True and service["tmpfs"] == ["/tmp"]
    assert service["image"] == f"newstance:{__version__}"
    mounted = [volume.split(":")[0] for volume in (*service["volumes"], *proxy["volumes"])]
    for source in mounted:
        assert source in compose["volumes"] or (ROOT / source).is_file()
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()
    assert "reverse_proxy newstance:7860" in caddy
    assert "{$SITE}" in caddy and "SITE" in proxy["environment"]
