"""Workers on a machine of their own, whose network is cut and comes back: network namespaces."""

import datetime
import ipaddress
import os
import shutil
import subprocess
import sys
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.grader.batch.executors.dask.cluster_processes import (
    OUR_CODE,
    ClusterProcesses,
    eventually,
)
from tests.grader.batch.executors.dask.test_dask_executor import graded_here, n_reports, what_came

HERE, THERE = "10.213.7.1", "10.213.7.2"
TLS = "DASK_DISTRIBUTED__COMM__TLS__"


def certificate(folder):
    """A certificate that all sides use and trust, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "grader")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HERE))]), False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def two_hosts():
    """Two network namespaces with a cable between them: what a command in each begins with."""
    if sys.platform != "linux" or os.geteuid() or shutil.which("ip") is None:
        pytest.skip("only root can make network namespaces, with the command ip")
    names = [f"grader-{os.getpid()}-{side}" for side in "ab"]
    if subprocess.run(["ip", "netns", "add", names[0]], capture_output=True).returncode:
        pytest.skip("this machine allows no network namespaces")
    try:
        ip("netns", "add", names[1])
        ip(
            "-n",
            names[0],
            "link",
            "add",
            "cable",
            "type",
            "veth",
            "peer",
            "cable",
            "netns",
            names[1],
        )
        for name, address in zip(names, (HERE, THERE), strict=True):
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "address", "add", f"{address}/24", "dev", "cable")
            ip("-n", name, "link", "set", "cable", "up")
        yield names
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


def inside(name):
    return ("ip", "netns", "exec", name)


@pytest.fixture
def far_cluster(tmp_path, two_hosts):
    """A scheduler and a worker on one host, and a worker on the other; with TLS."""
    cert, key = certificate(tmp_path)
    options = ("--tls-ca-file", cert, "--tls-cert", cert, "--tls-key", key)
    made = ClusterProcesses(
        tmp_path / "cluster",
        inside=inside(two_hosts[0]),
        host=HERE,
        options=[*map(str, options)],
        env={TLS + "CA_FILE": str(cert)},
    )
    try:
        made.start_scheduler()
        made.start_worker()
        made.start_worker(inside=inside(two_hosts[1]))
        yield made
    finally:
        made.close()


def start_grading(crowd, cluster, host, tmp_path):
    """The command on the host of the scheduler, with the certificate."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    names = {"CA_FILE": cert, "CLIENT__CERT": cert, "CLIENT__KEY": key}
    settings = {TLS + name: str(path) for name, path in names.items()}
    return subprocess.Popen(
        [*inside(host), *crowd.words("--executor", f"dask:{cluster.address}")],
        env=OUR_CODE | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )


@pytest.mark.parametrize("seconds", [4, pytest.param(50, marks=pytest.mark.slow)])
def test_a_network_that_is_cut_and_comes_back_costs_no_report(
    crowd, far_cluster, two_hosts, tmp_path, right, seconds
):
    for number in range(30):
        crowd.write(**{f"slow{number}": f"import time\ntime.sleep(0.4)\n{right}"})
    ran = start_grading(crowd, far_cluster, two_hosts[0], tmp_path)
    eventually(lambda: n_reports(crowd) >= 8 or ran.poll() is not None)
    assert ran.poll() is None, ran.communicate()
    ip("-n", two_hosts[0], "link", "set", "cable", "down")
    time.sleep(seconds)
    ip("-n", two_hosts[0], "link", "set", "cable", "up")
    _, err = ran.communicate(timeout=400)
    assert ran.returncode == 0, err
    assert "on 2 machines" in err
    assert what_came(crowd.results) == graded_here(crowd)


def test_without_its_certificate_nobody_gets_in(crowd, far_cluster, two_hosts, tmp_path):
    ran = subprocess.run(
        [*inside(two_hosts[0]), *crowd.words("--executor", f"dask:{far_cluster.address}")],
        env=OUR_CODE,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert ran.returncode == 2
    assert "TLS needs certificates" in ran.stderr
    assert "Traceback" not in ran.stderr
