"""Short tours from Python: one file, the standard library, and the program tspmcts.

    import tspmcts
    result = tspmcts.solve(coords=[(0, 0), (3, 0), (3, 4)], time="5s")
    print(result.tour, result.length)

Cities count from 0. Coordinates and matrices may be NumPy arrays or lists. The program is
looked for in the argument ``binary``, the environment variable TSPMCTS, and the PATH. What it
says is wrong is raised as :class:`Error`. Ctrl-C ends a search with the best tour so far; from
:func:`improvements`, and where there is no tour yet, KeyboardInterrupt is raised.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import math
import numbers
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from dataclasses import dataclass, field
from operator import length_hint
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence, Union

__all__ = ["solve", "solve_many", "improvements", "Result", "Improvement", "Error"]

Rows = Iterable[Sequence[float]]
Matrix = Iterable[Sequence[Optional[float]]]
Time = Union[str, float, int]


class Error(Exception):
    """What the program says is wrong, in one line. It counts cities from 1."""


@dataclass(frozen=True)
class Result:
    """The answer of a search."""

    tour: list[int]  #: cities from 0 in the order of the tour, beginning with city 0, or of the path
    length: float  #: of the tour
    gap: Optional[float]  #: in percent over ``optimum``, or else over the bound; None without either
    bound: Optional[float]  #: a length that no tour is below; None where none was proven
    stop: str  #: why it ended: time, target, actions, stalled, interrupted, exact
    seconds: float
    actions: int
    trace: list[tuple[float, float]]  #: improvements: seconds, and the length then
    record: Mapping[str, Any] = field(repr=False)  #: all that the program tells


@dataclass(frozen=True)
class Improvement:
    """A better tour, while the search goes on."""

    tour: list[int]
    length: float
    gap: Optional[float]
    bound: Optional[float]
    seconds: float
    actions: int
    stage: str


def solve(
    coords: Optional[Rows] = None,
    matrix: Optional[Matrix] = None,
    *,
    start: Optional[int] = None,
    end: Optional[int] = None,
    path: bool = False,
    time: Optional[Time] = None,
    actions: Optional[int] = None,
    target: Optional[float] = None,
    stall: Optional[Time] = None,
    seed: int = 1,
    workers: Optional[int] = None,
    metric: str = "EXACT_2D",
    preset: Optional[str] = None,
    heatmap: Union[str, Rows, None] = None,
    initial: Optional[Sequence[int]] = None,
    bound: bool = False,
    optimum: Optional[float] = None,
    binary: Optional[str] = None,
    **knobs: Any,
) -> Result:
    """Search for a short tour of ``coords`` (n x 2, or n x 3 for a metric of three dimensions) or
    ``matrix`` (n x n, the distances from the row's city to the column's, 0 or more; fractions keep
    all their digits, or are rounded to eight or nine digits of the largest where they have more). Where it
    is not its own transpose the tour is one of the directed instance. An entry None or infinite says that
    no tour goes this way. The diagonal is not looked at.

    start    find a path that begins with this city, and does not come back
    end      find a path that ends with this city; with start both ends are given
    path     find a path between whichever cities make it shortest
    time     seconds, or a text such as "1m30s" or "0.1n" (a tenth of a second a city); 10 where no
             other stop is given
    actions  stop after so many actions; with this stop alone the tour is the same on every machine
    target   stop at a tour of this length or shorter
    stall    stop when no better tour was found for so long
    metric   EDGE_WEIGHT_TYPE of the coordinates; EXACT_2D does not round
    heatmap  the name of a source, or n x n probabilities of edges, or what else they are in
             proportion to; below 0 counts as 0
    initial  a tour to start from
    bound    prove a lower bound first, and stop at a tour that meets it
    optimum  the best known length, for the gap
    knobs    by name, such as kick_size=30 (tspmcts solve --help lists them)
    """
    with tempfile.TemporaryDirectory(prefix="tspmcts") as folder:
        problem, out = os.path.join(folder, "problem.tsp"), os.path.join(folder, "out.tour")
        points, distances = _rows(coords, matrix)
        cities = len(points or distances or [])
        if distances is not None:
            problem = os.path.join(folder, "problem.npy")
            _write_npy(problem, distances)
        else:
            _write_problem(problem, points or [], metric)
        ends = {key: city + 1 for key, city in _ends(start, end, cities).items()}  # the command line counts from 1
        arguments = _flags(**ends, time=_span(time), actions=actions, target=target, stall=_span(stall), seed=seed, workers=workers, preset=preset, optimum=optimum, **knobs)
        if bound:
            arguments.append("--bound")
        if path:
            arguments.append("--path")
        if isinstance(heatmap, str):
            arguments += ["--heatmap", heatmap]
        elif heatmap is not None:
            _write_npy(os.path.join(folder, "map.npy"), _square(heatmap, cities))
            arguments += ["--heatmap-file", os.path.join(folder, "map.npy")]
        if initial is not None:
            _write_tour(os.path.join(folder, "initial.tour"), initial)
            arguments += ["--initial-tour", os.path.join(folder, "initial.tour")]
        command = [_binary(binary), "solve", *arguments, "--json", "-", "--out", out, "--", problem]
        text = _run(command)
        try:
            record = json.loads(text)
        except ValueError:  # of a flag such as help
            raise Error(f"the program answers {text.splitlines()[0]!r}, which is no result; leave out what is no option of a search") from None
        with open(out, encoding="ascii") as f:
            words = f.read().split()
        tour = [int(word) - 1 for word in words[words.index("TOUR_SECTION") + 1 : words.index("-1")]]
    gap = record["gap"] if record["gap"] is not None else record.get("bound_gap")
    trace = [(point["seconds"], point["length"]) for point in record["trace"]]
    return Result(tour, record["length"], gap, record["bound"], record["stop"], record["seconds"], record["actions"], trace, record)


def solve_many(instances: Iterable[Rows], *, processes: Optional[int] = None, workers: int = 1, **options: Any) -> list[Optional[Result]]:
    """Solve several sets of coordinates, ``processes`` of them at once (default: one a CPU), with
    the options of :func:`solve`. The results are in the order of the instances. After Ctrl-C those
    that were being solved have their best tour, those that had not begun are None, and those that a
    generator had not given are left out. What is wrong with one is raised at once, and ends the others.
    """
    stopped = threading.Event()

    def one(coords: Rows) -> Optional[Result]:
        try:
            return None if stopped.is_set() else solve(coords, workers=workers, **options)
        except KeyboardInterrupt:  # before it had a tour
            return None
        except BaseException:
            stopped.set()
            raise

    count, left, unbegun = length_hint(instances), iter(instances), 0
    futures: list[Future[Optional[Result]]] = []
    with ThreadPoolExecutor(processes or os.cpu_count() or 1) as pool:
        try:
            with contextlib.suppress(StopIteration):
                while not stopped.is_set():
                    futures.append(pool.submit(one, next(left)))
            for future in as_completed(futures):
                future.result()
        except BaseException as e:
            stopped.set()
            _interrupt_all()  # before the wait, which a second Ctrl-C may end
            while wait(futures, timeout=0.1).not_done:  # one may only now be about to start
                _interrupt_all()
            if not isinstance(e, KeyboardInterrupt):
                raise
            unbegun = count - len(futures)
    return [future.result() for future in futures] + [None] * unbegun


def improvements(
    coords: Optional[Rows] = None,
    matrix: Optional[Matrix] = None,
    *,
    start: Optional[int] = None,
    end: Optional[int] = None,
    path: bool = False,
    metric: str = "EXACT_2D",
    heatmap: Union[str, Rows, None] = None,
    binary: Optional[str] = None,
    **options: Any,
) -> Iterator[Improvement]:
    """Better tours as they come, the last of which is the answer. The loop may take its time: it is
    given the best tour of when it asks. Leaving the loop ends the search.

        for better in tspmcts.improvements(coords, time=60, bound=True):
            if better.gap is not None and better.gap < 1:
                break

    The options are those of :func:`solve`, without ``initial``. A ``heatmap`` of probabilities is for
    tours with distances that are the same both ways.
    """
    if options.get("initial") is not None:
        raise ValueError("improvements does not start from a tour, which is for solve: leave initial out")
    for key in "time", "stall":
        options[key] = _span(options.get(key))
    job: dict[str, Any] = {_name(key): _text(value) for key, value in options.items() if value is not None}
    points, distances = _rows(coords, matrix)
    cities = len(points or distances or [])
    job.update(_ends(start, end, cities))
    if path:
        job["path"] = True
    if distances is not None:
        job["matrix"] = [[v if math.isfinite(v) else None for v in row] for row in distances]
    else:
        job["coordinates"], job["metric"] = points, metric
    if isinstance(heatmap, str):
        job["heatmap"] = heatmap
    elif heatmap is not None:
        if path or start is not None or end is not None or distances is not None and distances != [list(column) for column in zip(*distances)]:
            raise ValueError("heatmap is of probabilities, which are for tours with distances that are the same both ways; solve takes them with paths and other distances too")
        job["edges"] = _edges(_square(heatmap, cities), binary)
    command = [_binary(binary), "serve", "--listen", "127.0.0.1:0", "--max-time", "87600h", "--max-body", "2147483647", "--max-cities", "1073741823", "--max-held", "2147483647"]
    if "workers" in job:
        command += ["--max-workers", "1024"]  # as solve; without the option it would be how many search
    with _started(command) as server, _answering():
        assert server.stdout is not None
        base = server.stdout.readline().strip()
        if not base:
            raise Error(_message(server.stderr.read() if server.stderr else ""))
        answer = json.loads(_ask(base + "/v1/jobs", json.dumps(job).encode()))
        if "id" not in answer:  # to validate
            raise Error(f"the program answers {answer}, which is no job; leave out what is no option of a search")
        path = base + "/v1/jobs/" + answer["id"]
        last = 0
        with _open(path + "/events") as events:
            for line in events:
                if not line.startswith(b"data: ") or not line.endswith(b"\n"):
                    continue
                state = json.loads(line[6:])
                if state["status"] == "failed":
                    raise Error(state["error"])
                if state["revision"] > last:
                    tour = json.loads(_ask(path + "/tour"))
                    if tour["revision"] > last:
                        last = tour["revision"]
                        state = json.loads(_ask(path)) if tour["revision"] != state["revision"] else state
                        yield Improvement(tour["tour"], tour["length"], state["gap"], state["bound"], state["seconds"], state["actions"], state.get("stage", ""))
                if state["status"] == "done":
                    return
        raise ConnectionError  # the events ended before the search


def _flags(**values: Any) -> list[str]:
    """The command line's flags of values that are given."""
    return [part for key, value in values.items() if value is not None for part in ("--" + _name(key), _text(value))]


def _name(key: str) -> str:
    return key.replace("_", "-")


def _text(value: Any) -> str:
    """A value as the program reads it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)  # 1e3 may be a count
    return str(value)


def _span(value: Optional[Time]) -> Optional[str]:
    """A time as the program reads it; numbers are seconds."""
    return f"{float(value):.9f}s" if isinstance(value, numbers.Real) else value  # type: ignore[return-value]


def _binary(binary: Optional[str]) -> str:
    name = binary or os.environ.get("TSPMCTS") or shutil.which("tspmcts")
    if not name:
        raise Error("the program tspmcts is not found: give binary=, set TSPMCTS, or put it on the PATH")
    return name


def _rows(coords: Optional[Rows], matrix: Optional[Matrix]) -> tuple[Optional[list[list[float]]], Optional[list[list[float]]]]:
    """The coordinates or the distances as lists, checked. An infinite distance is no way."""
    if (coords is None) == (matrix is None):
        raise ValueError("want either coords or matrix")
    given: Any = coords if coords is not None else matrix
    number = _shortest if str(getattr(given, "dtype", "")) == "float32" else float
    rows = [[math.inf if v is None and coords is None else number(v) for v in row] for row in given]
    if not rows:
        raise ValueError("there is no city")
    width = len(rows) if coords is None else len(rows[0])
    for i, row in enumerate(rows):
        if len(row) != width:
            raise ValueError(f"row {i} has {len(row)} numbers, want {width}")
        if coords is not None and not all(map(math.isfinite, row)):
            raise ValueError(f"row {i} is {row}, want finite numbers")
        if coords is None:
            row[i] = 0.0  # as the program wants it of a few rows, which may be coordinates
        for j, v in enumerate(row):
            if coords is None and i != j and not v >= 0:
                raise ValueError(f"the distance from city {i} to city {j} is {v}, want 0 or more")
    return (rows, None) if coords is not None else (None, rows)


def _shortest(v: Any) -> float:
    """A 32-bit float as it is written: 0.1, and not 0.10000000149."""
    return float(str(v))


def _ends(start: Optional[int], end: Optional[int], cities: int) -> dict[str, int]:
    """The ends of a path that are given, checked."""
    ends = {}
    for name, city in ("start", start), ("end", end):
        if city is None:
            continue
        if not isinstance(city, numbers.Integral) or isinstance(city, bool) or not 0 <= city < cities:
            raise ValueError(f"{name} is {city!r}, want a city from 0 to {cities - 1}")
        ends[name] = int(city)
    if len(ends) == 2 and ends["start"] == ends["end"]:
        raise ValueError(f"start and end are both {ends['end']}, want two different cities")
    return ends


def _square(probabilities: Rows, cities: int) -> list[list[float]]:
    rows = [[float(p) for p in row] for row in probabilities]
    if len(rows) != cities or any(len(row) != cities for row in rows):
        raise ValueError(f"the heatmap is not {cities} x {cities}")
    for i, row in enumerate(rows):
        if not all(map(math.isfinite, row)):
            raise ValueError(f"row {i} of the heatmap is not all finite numbers")
    return rows


def _edges(rows: list[list[float]], binary: Optional[str] = None) -> list[list[float]]:
    """The edges, as two cities and a probability, that the program makes of a matrix in a file."""
    with tempfile.TemporaryDirectory(prefix="tspmcts") as folder:
        matrix, dense = os.path.join(folder, "map.npy"), os.path.join(folder, "map.txt")
        _write_npy(matrix, rows)
        _run([_binary(binary), "heatmap", "convert", matrix, dense])
        with open(dense, encoding="ascii") as f:
            next(f)  # how many cities there are
            return [[i, j, float(p)] for i, line in enumerate(f) for j, p in enumerate(line.split()) if j > i and float(p) > 0]


def _write_problem(name: str, points: list[list[float]], metric: str) -> None:
    """Write a TSPLIB file."""
    with open(name, "w", encoding="ascii", newline="\n") as f:
        f.write(f"NAME : problem\nTYPE : TSP\nDIMENSION : {len(points)}\n")
        f.write(f"EDGE_WEIGHT_TYPE : {metric}\nNODE_COORD_SECTION\n")
        f.writelines(f"{i + 1} {' '.join(map(repr, row))}\n" for i, row in enumerate(points))
        f.write("EOF\n")


def _write_npy(name: str, rows: list[list[float]]) -> None:
    """Write an n x n matrix as NumPy does."""
    n = len(rows)
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({n}, {n}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(name, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode("ascii"))
        for row in rows:
            f.write(struct.pack(f"<{n}d", *row))


def _write_tour(name: str, tour: Sequence[int]) -> None:
    with open(name, "w", encoding="ascii", newline="\n") as f:
        f.write(f"TYPE : TOUR\nDIMENSION : {len(tour)}\nTOUR_SECTION\n")
        for city in tour:
            if city != int(city):
                raise ValueError(f"initial has the city {city!r}, want integers")
            f.write(f"{int(city) + 1}\n")
        f.write("-1\nEOF\n")


_running: dict[subprocess.Popen[str], bool] = {}  #: whether each was interrupted
_lock = threading.Lock()


@contextlib.contextmanager
def _started(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a process that Ctrl-C reaches through us alone, and that outlives neither the block nor us."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TSPMCTS_")}  # options are given, all of them
    options: dict[str, Any] = {"env": {**environment, "TSPMCTS_END_WITH_STDIN": "1"}}
    if os.name == "nt":
        options["creationflags"] = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    else:
        options["start_new_session"] = True
    stdin, held = os.pipe()  # and not PIPE, which communicate closes: it ends with us, also where we are killed
    try:
        try:
            process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        except OSError as e:
            raise Error(f"{command[0]} cannot be run: {e.strerror}") from None
        finally:
            os.close(stdin)
        try:
            with _lock:
                _running[process] = False
            yield process
        finally:
            with _lock:
                _running.pop(process, None)
            if process.poll() is None:
                process.terminate()
                try:
                    process.communicate(timeout=30)
                except subprocess.TimeoutExpired:
                    process.kill()
            for stream in (process.stdout, process.stderr):
                if stream:
                    stream.close()
            process.wait()
    finally:
        os.close(held)  # ends the process also where Ctrl-C came before we knew of it


def _interrupt(process: subprocess.Popen[str]) -> None:
    _running[process] = True
    process.send_signal(signal.SIGINT if os.name != "nt" else getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM))


def _interrupt_all() -> None:
    with _lock:
        for process, interrupted in _running.items():
            if not interrupted:  # a second time would end it without a tour
                _interrupt(process)


def _run(command: list[str]) -> str:
    """Run the program to its end, which the first Ctrl-C brings about. Where there is no answer then it is raised."""
    with _started(command) as process:
        while True:
            try:
                out, errors = process.communicate()
                break
            except KeyboardInterrupt:
                if _running[process]:  # the second one ends it without a tour
                    raise
                _interrupt(process)
        interrupted = _running[process]
    if process.returncode != 0 or not out.strip():
        if interrupted:  # before there was a tour
            raise KeyboardInterrupt
        raise Error(_message(errors))
    for line in errors.splitlines():
        print(line, file=sys.stderr)
    return out


def _message(errors: str) -> str:
    lines = [line for line in errors.splitlines() if line.strip()]
    return lines[-1].removeprefix("tspmcts: ") if lines else "the program ended without an answer"


@contextlib.contextmanager
def _answering() -> Iterator[None]:
    """Raise what the server says is wrong, and that it says nothing any more."""
    try:
        yield
    except urllib.error.HTTPError as e:
        raise Error(json.loads(e.read())["detail"]) from None
    except (http.client.HTTPException, OSError):
        raise Error("the program ended before the search did") from None


def _open(url: str, body: Optional[bytes] = None) -> Any:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # the server is on this machine
    return opener.open(urllib.request.Request(url, data=body))


def _ask(url: str, body: Optional[bytes] = None) -> bytes:
    with _open(url, body) as answer:
        return answer.read()
