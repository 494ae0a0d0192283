"""Runs gcloud, or bq, in forks of a process that has loaded it already: the same code with the same arguments and environment, without the
half second that Python takes to read it anew for every command.

`warm.py gcloud|bq ROOT`: a line of JSON on standard input is a command, `{"id", "args", "env", "cwd"}`; a line on standard output is its
end, `{"id", "code", "stdout", "stderr"}`. It ends with its input, and what still runs then ends with it. What a command loaded beyond
that is loaded here before the next one."""

import gc
import importlib
import json
import os
import selectors
import signal
import sys


def load_gcloud(root):
    sys.path[:0] = [f"{root}/lib", f"{root}/lib/third_party"]
    from googlecloudsdk import gcloud_main

    return lambda args: run_main(["gcloud", *args], gcloud_main.main)


def load_bq(root):
    sys.path[:0] = [f"{root}/platform/bq/third_party", f"{root}/platform/bq"]
    import bq

    def run(args):
        # What bin/bootstrapping/bq.py puts before the arguments.
        project = os.environ.get("CLOUDSDK_CORE_PROJECT")
        return run_main(["bq.py", *([f"--project_id={project}"] if project else []), *args], bq.run_main)

    return run


def run_main(argv, main):
    sys.argv = argv
    try:
        main()
        return 0
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return ended.code or 0
        print(ended.code, file=sys.stderr)
        return 1


def fork(run, command):
    """Its process, and by name what it writes."""
    ends = {name: os.pipe() for name in ("stdout", "stderr", "loaded")}
    pid = os.fork()
    if pid == 0:
        in_child(run, command, {name: write for name, (_, write) in ends.items()})
    for _, write in ends.values():
        os.close(write)
    return pid, {name: read for name, (read, _) in ends.items()}


def in_child(run, command, ends):
    code = 1
    try:
        os.setpgid(0, 0)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(ends["stdout"], 1)
        os.dup2(ends["stderr"], 2)
        os.environ.clear()
        os.environ.update(command["env"])
        os.chdir(command["cwd"])
        before = set(sys.modules)
        code = run(command["args"])
        os.write(ends["loaded"], " ".join(set(sys.modules) - before).encode())
    except BaseException as error:  # what no command says by itself
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def load(names):
    """Commands of gcloud are loaded by path, and not by these names."""
    for name in sorted(name for name in names if name not in sys.modules and ".surface" not in name):
        try:
            importlib.import_module(name)
        except Exception:
            pass
    gc.freeze()


def serve(run, answers):
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
    running, asked = {}, b""

    def read_commands(fd):
        nonlocal asked
        some = os.read(fd, 1 << 20)
        *lines, asked = (asked + some).split(b"\n")
        for line in lines:
            command = json.loads(line)
            pid, ends = fork(run, command)
            running[pid] = {"id": command["id"], "open": len(ends), **{name: b"" for name in ends}}
            for name, end in ends.items():
                selector.register(end, selectors.EVENT_READ, (pid, name))
        return some != b""

    def read_output(fd, pid, name):
        some = os.read(fd, 1 << 20)
        running[pid][name] += some
        if some:
            return
        selector.unregister(fd)
        os.close(fd)
        running[pid]["open"] -= 1
        if running[pid]["open"] == 0:
            finish(pid)

    def finish(pid):
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        ended = running.pop(pid)
        text = {name: ended[name].decode("utf-8", "replace") for name in ("stdout", "stderr")}
        answers.write(json.dumps({"id": ended["id"], "code": status, **text}) + "\n")
        answers.flush()
        load(ended["loaded"].decode().split())

    while True:
        for key, _ in selector.select():
            if key.data is not None:
                read_output(key.fd, *key.data)
            elif not read_commands(key.fd):
                for pid in running:
                    os.killpg(pid, signal.SIGKILL)
                return


if __name__ == "__main__":
    tool, root = sys.argv[1:]
    # Standard output is the answers' own.
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    runs = {"gcloud": load_gcloud, "bq": load_bq}[tool](root)
    gc.collect()
    gc.freeze()
    serve(runs, own)
