"""Tests of tspmcts.py. TSPMCTS names the program."""

import math
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from unittest import mock

import tspmcts

SQUARE = [(0, 0), (0, 10), (10, 10), (10, 0)]


def cities(n, seed=1):
    """Cities that look random and are the same everywhere."""
    return [((i * 7919 * seed) % 10007, (i * i * 31 + seed) % 10007) for i in range(n)]


def wait_for(what):
    """What is true after a while."""
    end = time.time() + 60
    while not (got := what()):
        if time.time() > end:
            raise AssertionError("it does not come")
        time.sleep(0.01)
    return got


def lives(process):
    """Whether a process has not ended, though nobody may have waited for it."""
    try:
        with open(f"/proc/{process}/cmdline") as f:
            return f.read() != ""
    except OSError:
        return False


def length(coords, tour):
    return sum(math.dist(coords[a], coords[b]) for a, b in zip(tour, tour[1:] + tour[:1]))


class Solve(unittest.TestCase):
    def check(self, coords, result):
        self.assertEqual(sorted(result.tour), list(range(len(coords))))
        self.assertAlmostEqual(result.length, length(coords, result.tour), delta=1e-6 * result.length)

    def test_coords(self):
        result = tspmcts.solve(SQUARE)
        self.assertEqual((result.tour, result.length, result.stop), ([0, 1, 2, 3], 40, "exact"))

    def test_matrix(self):
        result = tspmcts.solve(matrix=[[0, 1, 9], [1, 0, 1], [9, 1, 0]])
        self.assertEqual(result.length, 11)
        for n in 2, 3:  # the diagonal is not looked at
            self.assertEqual(tspmcts.solve(matrix=[[9 if a == b else 1 for a in range(n)] for b in range(n)]).length, n)

    def test_matrix_of_any_kind(self):
        ring = [[1 if (i + 1) % 5 == j else 9 for j in range(5)] for i in range(5)]
        result = tspmcts.solve(matrix=ring)
        self.assertEqual((result.tour, result.length), ([0, 1, 2, 3, 4], 5))
        back = [list(row) for row in zip(*ring)]
        self.assertEqual(tspmcts.solve(matrix=back).tour, [0, 4, 3, 2, 1])
        closed = [[0, 1, None, 1], [1, 0, 1, None], [math.inf, 1, math.nan, 1], [1, None, 1, 0]]
        self.assertEqual(tspmcts.solve(matrix=closed).tour, [0, 1, 2, 3])
        fractions = [[0, 1.5, 2], [1.5, 0, 2.25], [2, 2.25, 0]]
        for found in tspmcts.solve(matrix=fractions), *tspmcts.improvements(matrix=fractions, time=1):
            self.assertEqual(found.length, 5.75)
        tiny = [[1e-280 * v for v in row] for row in fractions]
        for found in tspmcts.solve(matrix=tiny), *tspmcts.improvements(matrix=tiny, time=1):
            self.assertAlmostEqual(found.length * 1e280, 5.75, places=6)
        *_, last = tspmcts.improvements(matrix=closed, time=1)
        self.assertEqual((last.tour, last.length), ([0, 1, 2, 3], 4))

    def test_directed_with_heatmap_name_and_initial_tour(self):
        n = 40
        matrix = [[0.5 * ((i * 37 + j * 101) % 97) for j in range(n)] for i in range(n)]
        first = list(range(n))
        result = tspmcts.solve(matrix=matrix, actions=2000, workers=1, initial=first)
        self.assertEqual(sorted(result.tour), first)
        walked = sum(matrix[a][b] for a, b in zip(result.tour, result.tour[1:] + result.tour[:1]))
        self.assertEqual(result.length, walked)
        self.assertLessEqual(result.length, sum(matrix[a][(a + 1) % n] for a in first))

    def test_paths(self):
        line = [(0, 0), (1, 0), (2, 0), (9, 0)]
        for options, tour, wanted in [
            ({"path": True}, [0, 1, 2, 3], 9),
            ({"start": 0}, [0, 1, 2, 3], 9),
            ({"end": 0}, [3, 2, 1, 0], 9),
            ({"start": 1}, [1, 0, 2, 3], 10),
            ({"start": 1, "end": 2}, [1, 0, 3, 2], 17),
        ]:
            with self.subTest(options):
                result = tspmcts.solve(line, **options)
                self.assertEqual((result.tour, result.length), (tour, wanted))
                *_, last = tspmcts.improvements(line, time=1, **options)
                self.assertEqual((last.tour, last.length), (tour, wanted))
        coords = cities(60)
        result = tspmcts.solve(coords, start=7, end=5, actions=2000)
        self.assertEqual((result.tour[0], result.tour[-1], sorted(result.tour)), (7, 5, list(range(60))))
        walked = sum(math.dist(coords[a], coords[b]) for a, b in zip(result.tour, result.tour[1:]))
        self.assertAlmostEqual(result.length, walked, delta=1e-6 * walked)
        ways = [[0, 1, 9], [9, 0, 1], [1, 9, 0]]
        self.assertEqual(tspmcts.solve(matrix=ways, start=2).tour, [2, 0, 1])

    def test_options(self):
        coords = cities(300)
        result = tspmcts.solve(coords, time=20, actions=20000, seed=3, workers=1, bound=True, kick_size=30, preset="default", heatmap="knn:k=8")
        self.check(coords, result)
        self.assertEqual((result.record["seed"], result.record["config"]["kick-size"], result.record["heatmap"]), (3, 30, "knn:k=8"))
        self.assertGreaterEqual(result.length, result.bound)
        self.assertAlmostEqual(result.gap, 100 * (result.length / result.bound - 1), places=6)
        self.assertEqual(result.trace[-1][1], result.length)
        again = tspmcts.solve(coords, actions=2000, seed=3, workers=1)
        self.assertEqual(again.tour, tspmcts.solve(coords, actions=2000, seed=3, workers=1).tour)

    def test_heatmap_array_and_initial_tour(self):
        coords = cities(20)
        good = tspmcts.solve(coords, actions=5000).tour
        believed = [[0.0] * 20 for _ in range(20)]
        for a, b in zip(good, good[1:] + good[:1]):
            believed[a][b] = believed[b][a] = 1
        result = tspmcts.solve(coords, actions=5, workers=1, preset="paper", heatmap=believed, initial=good)
        self.assertEqual(result.tour, good)

    def test_errors(self):
        for call, error, text in [
            (lambda: tspmcts.solve(), ValueError, "either coords or matrix"),
            (lambda: tspmcts.solve([]), ValueError, "no city"),
            (lambda: tspmcts.solve([(0, 0), (1,)]), ValueError, "row 1 has 1 numbers"),
            (lambda: tspmcts.solve([(0, math.nan)]), ValueError, "finite"),
            (lambda: tspmcts.solve(matrix=[[0, math.nan], [1, 0]]), ValueError, "from city 0 to city 1 is nan"),
            (lambda: tspmcts.solve(matrix=[[0, 1], [-2, 0]]), ValueError, "from city 1 to city 0 is -2.0, want 0 or more"),
            (lambda: tspmcts.solve(SQUARE, start=4), ValueError, "start is 4, want a city from 0 to 3"),
            (lambda: tspmcts.solve(SQUARE, end=True), ValueError, "end is True"),
            (lambda: tspmcts.solve(SQUARE, start=1, end=1), ValueError, "two different"),
            (lambda: list(tspmcts.improvements(SQUARE, start=-1)), ValueError, "start is -1"),
            (lambda: tspmcts.solve(matrix=[[0, 1, None], [None, 0, 1], [None, 1, 0]]), tspmcts.Error, "no way leads into city 1"),
            (lambda: tspmcts.solve(SQUARE, heatmap=[[1]]), ValueError, "not 4 x 4"),
            (lambda: tspmcts.solve(SQUARE, heatmap=[[0, 1, math.nan, 1]] * 4), ValueError, "row 0 of the heatmap"),
            (lambda: list(tspmcts.improvements(SQUARE, heatmap=[[0, 1, math.inf, 1]] * 4)), ValueError, "row 0 of the heatmap"),
            (lambda: list(tspmcts.improvements(SQUARE, path=True, heatmap=[[1] * 4] * 4)), ValueError, "heatmap is of probabilities"),
            (lambda: list(tspmcts.improvements(SQUARE, start=0, heatmap=[[1] * 4] * 4)), ValueError, "heatmap is of probabilities"),
            (lambda: list(tspmcts.improvements(matrix=[[0, 1], [2, 0]], heatmap=[[1] * 2] * 2)), ValueError, "heatmap is of probabilities"),
            (lambda: tspmcts.solve(SQUARE, heatmap=[[1e39] * 4] * 4), tspmcts.Error, r"row 1, column 2: found 1e\+39, want a number from"),
            (lambda: tspmcts.solve(SQUARE, help=True), tspmcts.Error, "no result"),
            (lambda: tspmcts.solve(SQUARE, depth=1), tspmcts.Error, "depth.* is 1, want an integer from 2"),
            (lambda: tspmcts.solve(SQUARE, time="x"), tspmcts.Error, "want a time"),
            (lambda: tspmcts.solve(SQUARE, no_such_knob=1), tspmcts.Error, "no flag --no-such-knob"),
            (lambda: tspmcts.solve(SQUARE, binary="/no/such/file"), tspmcts.Error, "cannot be run"),
            (lambda: tspmcts.solve(SQUARE, initial=[0.0, 1.9, 2, 3]), ValueError, "initial has the city 1.9"),
            (lambda: list(tspmcts.improvements(SQUARE, initial=[0, 1, 2, 3])), ValueError, "leave initial out"),
            (lambda: list(tspmcts.improvements(SQUARE, depth=1)), tspmcts.Error, "depth is 1, want an integer from 2"),
            (lambda: list(tspmcts.improvements(SQUARE, validate=True)), tspmcts.Error, "no job; leave out"),
            (lambda: list(tspmcts.improvements(SQUARE, workers=0)), tspmcts.Error, "workers is .0.: want an integer from 1 to 1024"),
            (lambda: list(tspmcts.improvements(SQUARE, demo="grid", cities=10**7)), tspmcts.Error, "demo is .grid., but the body holds"),  # and not: at most
        ]:
            with self.assertRaisesRegex(error, text):
                call()

    @unittest.skipIf(os.name == "nt", "Ctrl-C cannot be sent to oneself there")
    def test_interrupt_gives_the_best_so_far(self):
        coords = cities(500)
        threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        begun = time.time()
        result = tspmcts.solve(coords, time=600)
        self.assertLess(time.time() - begun, 60)
        self.check(coords, result)
        self.assertEqual(result.stop, "interrupted")

    @unittest.skipUnless(os.path.exists(f"/proc/self/task/{os.getpid()}/children"), "looks into /proc")
    def test_killed(self):
        """Who is killed leaves no process behind."""
        for call in "solve(c, time=600)", "improvements(c, time=600)":
            ours = subprocess.Popen([sys.executable, "-B", "-c", f"import tspmcts; c = [(i, i * i % 997) for i in range(500)]; tuple(tspmcts.{call})"])
            children = f"/proc/{ours.pid}/task/{ours.pid}/children"
            theirs = wait_for(lambda: pathlib.Path(children).read_text().split())[0]
            time.sleep(1)
            ours.kill()
            ours.wait()
            wait_for(lambda: not lives(theirs))

    @unittest.skipUnless(os.path.exists("/proc/self/cmdline"), "looks into /proc")
    def test_interrupt_at_the_start_leaves_no_process(self):
        begun = []
        init = subprocess.Popen.__init__

        def interrupted(process, *arguments, **options):
            init(process, *arguments, **options)
            begun.append(process)
            time.sleep(1)  # it has read its problem
            raise KeyboardInterrupt

        with mock.patch.object(subprocess.Popen, "__init__", interrupted), self.assertRaises(KeyboardInterrupt):
            tspmcts.solve(cities(500), time=600)
        (process,) = begun
        try:
            wait_for(lambda: not lives(process.pid))
        finally:
            process.kill()
            process.communicate()

    @unittest.skipIf(os.name == "nt", "Ctrl-C cannot be sent to oneself there")
    def test_interrupt_before_there_is_a_tour(self):
        with tempfile.TemporaryDirectory() as folder:
            slow = pathlib.Path(folder, "slow")  # as the program is that has only begun
            slow.write_text("#!/bin/sh\nexec sleep 60\n", encoding="ascii")
            slow.chmod(0o755)
            threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()
            with self.assertRaises(KeyboardInterrupt):
                tspmcts.solve(SQUARE, binary=str(slow))
            threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()
            self.assertEqual(tspmcts.solve_many([SQUARE] * 3, processes=2, binary=str(slow)), [None] * 3)

    def test_many(self):
        instances = [cities(30, seed) for seed in range(1, 6)]
        results = tspmcts.solve_many(instances, processes=2, actions=1000)
        self.assertEqual(len(results), len(instances))
        for coords, result in zip(instances, results):
            self.check(coords, result)

    def test_many_with_a_wrong_one(self):
        for wrong in [], [(0, 0), (1, math.nan)]:
            begun = time.time()
            with self.assertRaises(ValueError):
                tspmcts.solve_many([cities(200), cities(200, 2), wrong, cities(200, 3)], processes=3, time=600)
            self.assertLess(time.time() - begun, 60)

    @unittest.skipIf(os.name == "nt", "Ctrl-C cannot be sent to oneself there")
    def test_many_interrupted(self):
        instances = [cities(200, seed) for seed in range(1, 5)]
        threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        results = tspmcts.solve_many(instances, processes=2, time=600)
        self.assertEqual([r is not None for r in results], [True, True, False, False])
        for coords, result in zip(instances, results[:2]):
            self.check(coords, result)

    @unittest.skipIf(os.name == "nt", "Ctrl-C cannot be sent to oneself there")
    def test_many_interrupted_twice(self):
        """A second Ctrl-C right after the first ends the wait for the searches, and they end all the same."""
        begun = time.time()
        threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        with mock.patch.object(tspmcts, "wait", side_effect=KeyboardInterrupt), self.assertRaises(KeyboardInterrupt):
            tspmcts.solve_many([cities(200), cities(200, 2)], processes=2, time=100)
        self.assertLess(time.time() - begun, 60)

    @unittest.skipIf(os.name == "nt", "Ctrl-C cannot be sent to oneself there")
    def test_many_of_an_iterator(self):
        def loaded(instances):
            for coords in instances:
                yield coords
                time.sleep(0.1)

        def endless():
            while True:
                yield cities(200)
                time.sleep(1)

        class Hinted:
            """An iterator that expects more than comes."""

            left = 2

            def __iter__(self):
                return self

            def __length_hint__(self):
                return 5

            def __next__(self):
                if not self.left:
                    raise StopIteration
                self.left -= 1
                return SQUARE

        results = tspmcts.solve_many(loaded([SQUARE] * 3))
        self.assertEqual([r.length for r in results], [40] * 3)
        self.assertEqual([r.length for r in tspmcts.solve_many(Hinted())], [40] * 2)
        threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        first, *others = tspmcts.solve_many(endless(), processes=1, time=600)
        self.check(cities(200), first)
        self.assertEqual(set(others), {None})
        with self.assertRaisesRegex(ValueError, "no city"):
            tspmcts.solve_many(([] if i else cities(200) for i in range(2)), time=600)

    @unittest.skipIf(os.name == "nt", "Ctrl-C cannot be sent to oneself there")
    def test_many_interrupted_before_the_search(self):
        write, begun = tspmcts._write_problem, time.time()

        def slow(*arguments):
            time.sleep(2)
            write(*arguments)

        threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()
        with mock.patch.object(tspmcts, "_write_problem", slow):
            tspmcts.solve_many([cities(200)], time=600)
        self.assertLess(time.time() - begun, 60)

    def test_integers_as_floats(self):
        """As they come from tables and divisions."""
        result = tspmcts.solve(cities(30), actions=1e3, seed=3.0, workers=1.0, kick_size=30.0, optimum=2.5)
        self.assertEqual((result.stop, result.record["seed"], result.record["config"]["kick-size"]), ("actions", 3, 30))
        self.assertEqual(result.record["optimum"], 2.5)
        *_, last = tspmcts.improvements(cities(30), actions=1e3, seed=3.0, workers=1.0, kick_size=30.0)
        self.assertEqual(last.length, result.length)
        with self.assertRaisesRegex(tspmcts.Error, "want an integer"):
            tspmcts.solve(SQUARE, actions=0.5)

    def test_variables_of_the_command_line(self):
        """They are for who types commands, and do not change what a program finds."""
        with tempfile.TemporaryDirectory() as state, mock.patch.dict(os.environ, TSPMCTS_PATH="true", TSPMCTS_TOKEN_FILE="none", TSPMCTS_STATE=state):
            self.assertEqual(tspmcts.solve(SQUARE).length, 40)
            *_, last = tspmcts.improvements(SQUARE, time=1)
            self.assertEqual(last.length, 40)
            self.assertEqual(os.listdir(state), [])

    def test_improvements(self):
        coords = cities(400)
        last = math.inf
        for better in tspmcts.improvements(coords, time=3, workers=1, heatmap="knn"):
            self.check(coords, better)
            self.assertLessEqual(better.length, last)
            last = better.length
        self.assertLess(last, math.inf)
        begun = time.time()
        for better in tspmcts.improvements(coords, time=600):
            break  # ends the search
        self.assertLess(time.time() - begun, 60)

    def test_improvements_of_a_program_that_is_killed(self):
        begun = []
        init = subprocess.Popen.__init__

        def noted(process, *arguments, **options):
            init(process, *arguments, **options)
            begun.append(process)

        def killed(*arguments):
            begun[-1].kill()
            begun[-1].wait()
            return ask(*arguments)

        ask = tspmcts._ask
        with mock.patch.object(subprocess.Popen, "__init__", noted):
            with self.assertRaisesRegex(tspmcts.Error, "ended before the search did"):
                for _ in tspmcts.improvements(cities(400), time=600):
                    begun[-1].kill()
            with mock.patch.object(tspmcts, "_ask", killed), self.assertRaisesRegex(tspmcts.Error, "ended before the search did"):
                next(tspmcts.improvements(cities(400), time=600))

    def test_improvements_as_asked(self):
        *_, last = tspmcts.improvements([(0, 0), (1, 1), (3, 0.4)], metric="EUC_2D", time=7200, actions=10)
        self.assertEqual(last.length, 6)
        with self.assertRaisesRegex(tspmcts.Error, "no edge leads"):
            list(tspmcts.improvements(matrix=[[None] * 3] * 3, time=1))

    def test_improvements_beside_a_proxy(self):
        none = "http://127.0.0.1:1"
        with mock.patch.dict(os.environ, http_proxy=none, HTTP_PROXY=none, no_proxy="", NO_PROXY=""):
            self.assertEqual(next(tspmcts.improvements(SQUARE, time=1)).length, 40)

    def test_stops(self):
        self.assertEqual(tspmcts.solve(cities(300), time=60, target=1e9).stop, "target")
        self.assertEqual(tspmcts.solve(cities(300), time=60, stall=0.05).stop, "stalled")

    def test_what_is_said(self):
        self.assertEqual(tspmcts._span(0.25), "0.250000000s")
        self.assertEqual(tspmcts._message("tspmcts: a warning\ntspmcts: what is wrong\n"), "what is wrong")
        with self.assertRaisesRegex(ValueError, "not 3 x 3"):
            tspmcts._square([[1, 2, 3], [1, 2], [1, 2, 3]], 3)

    def test_narrow_floats(self):
        class Narrow(float):
            def __str__(self):
                return "0.1"

        class Array(list):
            dtype = "float32"

        rows, _ = tspmcts._rows(Array([[Narrow(0.10000000149), 0]]), None)
        self.assertEqual(rows, [[0.1, 0]])

    def test_improvements_with_any_workers(self):
        for found in tspmcts.solve(SQUARE, workers=1000), *tspmcts.improvements(SQUARE, workers=1000):
            self.assertEqual(found.length, 40)

    def test_improvements_of_a_heatmap(self):
        near = [[1.0 if abs(i - j) == 1 else 0.0 for j in range(12)] for i in range(12)]
        tours = list(tspmcts.improvements(cities(12), actions=2000, heatmap=near))
        self.check(cities(12), tours[-1])

    def test_beliefs_of_any_size(self):
        self.assertEqual(tspmcts._edges([[9, 3, 0], [1, 0, -5], [0, 0, 0]]), [[0, 1, 1.0]])
        self.assertEqual(sorted(tspmcts._edges([[0, 5, 1], [5, 0, 0.5], [0, 0.5, 0]])), [[0, 1, 1.0], [0, 2, 0.125], [1, 2, 0.125]])
        many = tspmcts._edges([[1 / (1 + abs(i - j)) for j in range(200)] for i in range(200)])
        self.assertLessEqual(len(many), 200 * 50)
        weights = [[4.0 if abs(i - j) == 1 else -0.5 for j in range(12)] for i in range(12)]
        self.check(cities(12), tspmcts.solve(cities(12), actions=2000, heatmap=weights))
        *_, last = tspmcts.improvements(cities(12), actions=2000, heatmap=weights)
        self.check(cities(12), last)

    def test_arrays(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("no NumPy here")
        coords = numpy.array(cities(50), dtype=float)
        result = tspmcts.solve(coords, actions=numpy.int64(1000), heatmap=numpy.full((50, 50), 0.1, dtype="f4"))
        self.check(cities(50), result)
        matrix = numpy.array([[0, 0.1, 0.7], [0.2, 0, 0.1], [0.1, 0.3, 0]], dtype="f4")
        self.assertEqual(tspmcts.solve(matrix=matrix, start=numpy.int32(1)).length, 0.2)


if __name__ == "__main__":
    unittest.main()
