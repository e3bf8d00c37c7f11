"""A machine of Gradescope's layout: /autograder of its own, and the rest as it is here."""

import os
import subprocess
import sysconfig
import venv
import zipfile
from pathlib import Path

PLAIN_USER = 12345
# A root of its own in which /autograder is the folder $1. `pivot_root` and not `chroot`, in which
# the kernel allows no namespaces: Gradescope's containers are no chroots either.
_ENTER = """
set -e
new=$2
mount -t tmpfs none "$new"
for place in /*; do
    if [ -L "$place" ]; then cp -P "$place" "$new$place"
    elif [ -d "$place" ]; then mkdir "$new$place"; mount --rbind "$place" "$new$place"
    fi
done
mkdir "$new/autograder" "$new/.old"
mount --bind "$1" "$new/autograder"
cd "$new"
pivot_root . .old
umount -l /.old
cd /autograder
shift 2
exec "$@"
"""


class GradescopeRoot:
    """Runs commands where /autograder is a folder of a test.

    Args:
        folder: what it becomes; the zip is unpacked to its `source`, as Gradescope does it.
        mount_point: an empty folder.
        user: who runs the scripts; 0 for root, as on Gradescope.
    """

    def __init__(self, folder, mount_point, *, zipped, user):
        self.folder, self._mount_point, self._user = folder, mount_point, user
        for name in ("source", "submission", "results"):
            (folder / name).mkdir(parents=True)
        with zipfile.ZipFile(zipped) as archive:
            for entry in archive.infolist():
                path = Path(archive.extract(entry, folder / "source"))
                path.chmod(entry.external_attr >> 16 & 0o777)
        script = folder / "source" / "run_autograder"
        (folder / "run_autograder").write_bytes(script.read_bytes())
        (folder / "run_autograder").chmod(0o755)

    @property
    def results(self):
        return self.folder / "results" / "results.json"

    def set_up(self):
        """Run setup.sh; what the grader needs is taken from where the tests run."""
        venv.create(self.folder / "env", with_pip=True)
        (site,) = (self.folder / "env").glob("lib/python*/site-packages")
        (site / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
        ran = self._command("source/setup.sh", user=0)
        done = subprocess.run(ran, env=self._surroundings(), capture_output=True, text=True)
        (site / "needed.pth").chmod(0o644)
        if self._user:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, self._user, self._user, follow_symlinks=False)
        return done

    def start(self):
        """Run run_autograder, in a process group of its own."""
        return subprocess.Popen(
            self._command("run_autograder", user=self._user),
            env=self._surroundings(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def _command(self, script, *, user):
        words = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        words += ["sh", "-c", _ENTER, "sh", str(self.folder), str(self._mount_point)]
        if user:
            words += ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        return [*words, f"/autograder/{script}"]

    def _surroundings(self):
        """Without what leads into the checkout; pip takes the wheel and asks no index."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        return kept | {"PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "HOME": "/nowhere"}
