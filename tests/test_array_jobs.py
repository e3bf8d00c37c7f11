"""What the documents show for clusters is right, and grades each part of a class once."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from grader.batch.executors.dask.addresses import DaskAt, place_from

PAGE = Path(__file__).resolve().parent.parent / "docs" / "scale.md"
GRADER = """#!/bin/sh
echo "$@" >> typed
"""


@pytest.fixture
def typed(tmp_path):
    """Runs a script as a task of an array job; what it types after `grader`."""
    bin_ = tmp_path / ".venv" / "bin"
    bin_.mkdir(parents=True)
    (bin_ / "grader").write_text(GRADER)
    (bin_ / "grader").chmod(0o755)
    (bin_ / "activate").write_text(f"PATH={bin_}:$PATH\n")

    def run(script, **variables):
        surroundings = {"PATH": f"{bin_}:{os.environ['PATH']}"} | variables
        subprocess.run(["bash", "-c", script], cwd=tmp_path, env=surroundings, check=True)
        return (tmp_path / "typed").read_text().splitlines()[-1].split()

    return run


def block(language, beginning):
    found = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    [script] = [text for text in found if text.startswith(beginning)]
    return script


def value(words, option):
    return words[words.index(option) + 1]


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
@pytest.mark.parametrize("beginning", ["#!/bin/bash", "#!/usr/bin/env bash", "job=", "parallel"])
def test_the_scripts_are_right_bash(beginning):
    checked = subprocess.run(["bash", "-n"], input=block("bash", beginning), text=True)
    assert checked.returncode == 0


def test_the_cluster_on_slurm_grades_on_its_own_scheduler(typed, tmp_path):
    script = block("bash", "#!/usr/bin/env bash")
    for name in ("dask", "srun", "hostname"):
        stub = tmp_path / ".venv" / "bin" / name
        stub.write_text('#!/bin/sh\necho node-1\necho "$0" "$@" >> started\n')
        stub.chmod(0o755)
    words = typed(script, SLURM_SUBMIT_DIR=str(tmp_path), SLURM_CPUS_PER_TASK="16")
    assert value(words, "--executor") == "dask:tls://node-1:8786"
    end = time.monotonic() + 60
    while "srun" not in (started := (tmp_path / "started").read_text()):  # it runs beside
        assert time.monotonic() < end
        time.sleep(0.05)
    assert "--nworkers 16 --nthreads 1" in started


def test_tasks_of_slurm_are_the_shards(typed, tmp_path):
    script = block("bash", "#!/bin/bash")
    first, last = map(int, re.search(r"--array=(\d+)-(\d+)$", script, re.MULTILINE).groups())
    cores = re.search(r"--cpus-per-task=(\d+)$", script, re.MULTILINE)[1]
    shards = [
        value(
            typed(
                script,
                SLURM_SUBMIT_DIR=str(tmp_path),
                SLURM_CPUS_PER_TASK=cores,
                SLURM_ARRAY_TASK_ID=str(task),
                SLURM_ARRAY_TASK_COUNT=str(last - first + 1),
            ),
            "--shard",
        )
        for task in range(first, last + 1)
    ]
    assert shards == [f"{number}/{len(shards)}" for number in range(1, len(shards) + 1)]


def test_tasks_of_kubernetes_are_the_shards(typed):
    job = yaml.safe_load(block("yaml", "apiVersion: batch/v1"))
    count = job["spec"]["completions"]
    [container] = job["spec"]["template"]["spec"]["containers"]
    *shell, script = container["command"]
    assert (job["kind"], job["spec"]["completionMode"]) == ("Job", "Indexed")
    assert shell == ["bash", "-c"]
    words = [typed(script, JOB_COMPLETION_INDEX=str(task)) for task in range(count)]
    assert [value(each, "--shard") for each in words] == [
        f"{n}/{count}" for n in range(1, count + 1)
    ]
    assert {value(each, "-j") for each in words} == {container["resources"]["limits"]["cpu"]}


def objects():
    """What a cluster is given, by the kind and name of each."""
    whole = f"{block('yaml', 'apiVersion: batch/v1')}---\n{block('yaml', 'apiVersion: v1')}"
    return {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(whole)}


def pod_of(one):
    return one["spec"]["template"]["spec"]


WITH_PODS = [key for key in objects() if key[0] != "Service"]


@pytest.mark.parametrize("key", objects(), ids="-".join)
def test_what_a_cluster_is_given_is_of_its_schema(key):
    kubernetes_validate.validate(objects()[key], kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize("key", WITH_PODS, ids="-".join)
def test_pods_have_no_more_rights_than_the_restricted_policy_allows(key):
    pod = pod_of(objects()[key])
    [container] = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False


def test_volumes_that_are_mounted_are_those_of_the_pod():
    for key in WITH_PODS:
        pod = pod_of(objects()[key])
        mounted = {mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]}, key


def test_workers_and_the_command_reach_the_scheduler_by_its_service():
    found = objects()
    service = found["Service", "grade-scheduler"]
    scheduler = found["Deployment", "grade-scheduler"]["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"] == scheduler
    [port] = service["spec"]["ports"]
    address = f"tls://{service['metadata']['name']}:{port['port']}"
    [workers] = pod_of(found["Deployment", "grade-workers"])["containers"]
    [command] = pod_of(found["Job", "grade-on-dask"])["containers"]
    assert address in workers["command"]
    assert value(workers["command"], "--nthreads") == "1"
    assert value(workers["command"], "--nworkers") == workers["resources"]["limits"]["cpu"]
    assert place_from(value(command["command"], "--executor")) == DaskAt(address)
