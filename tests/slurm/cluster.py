"""A real Slurm on one machine: munged, slurmctld and slurmd on loopback, in a folder of their own, for as long as a test lasts."""
import ctypes
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "sinfo"]
SEARCH = "/usr/local/sbin:/usr/sbin:/sbin:" + os.environ.get("PATH", "")


def missing_programs():
    return [p for p in PROGRAMS if shutil.which(p, path=SEARCH) is None]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def end_with_parent():
    """A test that is killed leaves no daemon behind."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Cluster:
    """`with Cluster() as c`: c.environment makes sbatch and its kin talk to this cluster and to no other."""

    def __init__(self, cpus=2):
        self.cpus = cpus
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="symmetree-slurm-"))
        self.folder.chmod(0o755)  # munged refuses a socket in a folder that nobody else can enter
        self.processes = []
        self.environment = dict(os.environ, PATH=SEARCH, SLURM_CONF=str(self.folder / "slurm.conf"))

    def __enter__(self):
        try:
            self.start_munge()
            self.write_configuration()
            self.start("slurmctld", "-D", "-i")
            self.start("slurmd", "-D", "-N", "node0")
            self.wait_until_idle()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, *words):
        with open(self.folder / (words[0] + ".out"), "wb") as log:
            process = subprocess.Popen(words, env=self.environment, stdout=log, stderr=log, start_new_session=True, preexec_fn=end_with_parent)
        self.processes.append(process)
        return process

    def start_munge(self):
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        self.socket = self.folder / "munge.socket"
        self.start("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={self.socket}", f"--pid-file={self.folder}/munged.pid",
                   f"--seed-file={self.folder}/munge.seed", f"--log-file={self.folder}/munged.log", "--num-threads=2")
        self.wait_for(self.socket.exists, "munged")

    def write_configuration(self):
        user = pwd.getpwuid(os.getuid()).pw_name
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20 // 2
        (self.folder / "slurm.conf").write_text(f"""\
ClusterName=loopback
SlurmctldHost=localhost
SlurmctldPort={free_port()}
SlurmdPort={free_port()}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={self.socket},cred_expire=15
CredType=cred/munge
StateSaveLocation={self.folder}/state
SlurmdSpoolDir={self.folder}/spool
SlurmctldPidFile={self.folder}/slurmctld.pid
SlurmdPidFile={self.folder}/slurmd.pid
SlurmctldLogFile={self.folder}/slurmctld.log
SlurmdLogFile={self.folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmdTimeout=30
MinJobAge=5
KillWait=2
SchedulerParameters=sched_interval=1,batch_sched_delay=0
NodeName=node0 NodeHostname=localhost NodeAddr=127.0.0.1 CPUs={self.cpus} RealMemory={memory} State=UNKNOWN
PartitionName=main Nodes=node0 Default=YES MaxTime=INFINITE State=UP
""")

    def command(self, *words):
        return subprocess.run(words, env=self.environment, capture_output=True, text=True, check=True).stdout

    def wait_until_idle(self):
        def idle():
            answer = subprocess.run(["sinfo", "--noheader", "--format=%T"], env=self.environment, capture_output=True, text=True)
            return answer.stdout.strip() == "idle"
        self.wait_for(idle, "the node")

    def wait_for(self, condition, what, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise RuntimeError(f"{what} is not up after {seconds} s\n" + self.logs())
            time.sleep(0.1)

    def logs(self):
        return "\n".join(f"--- {p.name}\n{p.read_text(errors='replace')[-4000:]}" for p in sorted(self.folder.iterdir()) if p.suffix in (".log", ".out"))

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
