"""The image and the compose file at work: `deploy/check`, with the public images or with stand-ins."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import docker
import docker.errors
import pytest

from tests.support.servers import MONGODB_IMAGE, RABBITMQ_IMAGE, have_image

DEPLOY = Path(__file__).parents[2] / "deploy"
PYTHON_IMAGE = "python:3.13-slim"
STAND_IN = "gancang-test/"
DEBIAN_STAND_IN = f"{STAND_IN}debian:13"
WITHIN_S = 600


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> docker.DockerClient:
    """A container engine and its command line; skips with the reason."""
    if request.config.getoption("--servers") != "containers":
        pytest.skip("runs once, in the stage `containers` (--servers containers)")
    if not shutil.which("docker") or not has_compose():
        pytest.skip("docker's command line or compose is not installed")
    try:
        client = docker.from_env(timeout=5)
        client.ping()
    except docker.errors.DockerException as error:
        pytest.skip(f"no container engine answers: {error}")
    return client


def has_compose() -> bool:
    """Whether either generation of compose is there."""
    plugin = [shutil.which("docker") or "docker", "compose", "version"]
    return (
        bool(shutil.which("docker-compose"))
        or subprocess.run(plugin, capture_output=True, check=False).returncode == 0
    )


def base_image(engine: docker.DockerClient) -> str:
    """The public image of Python; with stand-ins, one made of the Debian that they are made of."""
    if not MONGODB_IMAGE.startswith(STAND_IN):
        have_image(engine, PYTHON_IMAGE)
        return PYTHON_IMAGE
    have_image(engine, DEBIAN_STAND_IN)
    made = subprocess.run(
        [DEPLOY / "standins" / "python-base", DEBIAN_STAND_IN], capture_output=True, text=True, check=True
    )
    return made.stdout.strip()


@pytest.mark.containers
@pytest.mark.slow
def test_a_ride_and_a_meal_go_through_the_services_of_the_image_each_app_with_its_own_login(
    engine: docker.DockerClient,
) -> None:
    stand_ins = ["--stand-ins"] if MONGODB_IMAGE.startswith(STAND_IN) else []
    with closing(engine):
        for image in (RABBITMQ_IMAGE, MONGODB_IMAGE):
            have_image(engine, image)
        environment = {**os.environ, "BASE_IMAGE": base_image(engine), "BUILD_NETWORK": "host"}

    done = subprocess.run(
        [DEPLOY / "check", *stand_ins],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN_S,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "a ride and a meal went through, and nobody may more than he should" in done.stdout
    assert "drained on SIGTERM with exit code 0" in done.stdout
