"""Work costs time: literal nanoseconds of small pieces of firmware, and the same results as without."""

from __future__ import annotations

import textwrap

import pytest

from boards import load_design
from sim.costs import Prices
from sim.modules import SourceFile

#: Prices that can be told apart in a sum.
PRICES = Prices(
    call=1_000_000, method_call=10_000_000, loop_round=1_000, operation=1, compile_py_byte=0.0,
    compile_mpy_byte=0.0, crc32_byte=0.0, sha256_byte=0.0, find_byte=0.5,
)  # fmt: skip
CALL, METHOD, ROUND, OP = 1_000_000, 10_000_000, 1_000, 1


@pytest.fixture
def cost(make_table):
    """Nanoseconds that the body of a function `work` costs when it is called from outside."""

    def measure(text: str, *args: object, native: bool = False) -> tuple[object, int]:
        counter = [0]
        table = make_table({}, prices=PRICES, counter=counter)
        module = table.run_main(SourceFile("code.py", textwrap.dedent(text), native=native))
        counter[0] = 0
        return module.work(*args), counter[0]

    return measure


@pytest.mark.parametrize(
    ("text", "result", "ns"),
    [
        ("def work(): pass", None, 0),
        ("def work(): return 1 + 2 * 3", 7, 2 * OP),
        ("def work(): 'told'; return len([])", 0, CALL),
        ("def work(): return 'a'.upper()", "A", METHOD),
        ("def work(): return (lambda: 5)()", 5, CALL),
        ("def f(): pass\ndef work(): f(); f()", None, 2 * CALL),
        ("def f(a): return a + 1\ndef work(): return f(f(1))", 3, 2 * CALL + 2 * OP),
        ("def work():\n  n = 0\n  for i in range(4): n += i\n  return n", 6, CALL + 4 * (ROUND + OP)),
        ("def work():\n  n = 0\n  while n < 3: n += 1\n  return n", 3, OP + 3 * (ROUND + OP + OP)),
        ("def work():\n  if 1 > 2: len(''); len('')\n  else: len('')", None, OP + CALL),
        ("def work():\n  if 1 < 2: return len('')\n  return 'x'.upper()", 0, OP + CALL + METHOD),
        ("def work():\n  for i in (1, 2): break\n  else: len('')", None, ROUND),
        ("def work():\n  for i in (): pass\n  else: len('')", None, CALL),
        ("def work():\n  while False: pass\n  else: return len('')", 0, CALL),
        ("def work():\n  try: return int('1')\n  except ValueError: return len('')", 1, CALL),
        ("def work():\n  try: return int('x')\n  except ValueError: return len('')", 0, 3 * CALL),
        (
            "def work():\n  try: pass\n  except ValueError: pass\n  else: len('')\n  finally: len('')",
            None,
            2 * CALL,
        ),
        ("def work(): return [i for i in (1, 2, 3)]", [1, 2, 3], 3 * (ROUND + OP)),
        ("def work(): return [i + 1 for i in (1, 2, 3)]", [2, 3, 4], 3 * (ROUND + 2 * OP)),
        ("def work(): return [i for i in (1, 2, 3) if i > 1]", [2, 3], 3 * (ROUND + 2 * OP)),
        ("def work(): return sum(len('') for i in (1, 2))", 0, CALL + 2 * (ROUND + OP + CALL)),
        ("def work(): return {i: i for i in iter('ab')}", {"a": "a", "b": "b"}, CALL + 2 * (ROUND + OP)),
        (
            "def work(): return [j for i in (1, 2) for j in (i, i)]",
            [1, 1, 2, 2],
            2 * ROUND + 4 * (ROUND + OP),
        ),
        ("def work(): return b'0123456789'.find(b'9')", 9, METHOD + 4),
        ("def work(): return b'0123456789'.find(b'x')", -1, METHOD + 5),
        ("def work(): return b'0123456789'.find(b'9', 4)", 9, METHOD + 2),
        ("def work(): return b'0123456789'.find(b'x', 2, 6)", -1, METHOD + 2),
        ("def work(): return b'0123456789'.find(b'x', 2, 99)", -1, METHOD + 4),
    ],
)
def test_literal_nanoseconds(cost, text: str, result: object, ns: int) -> None:
    assert cost(text) == (result, ns)
    assert cost(text, native=True) == (result, 0)


def test_nested_functions_and_coroutines_count_when_they_run(cost) -> None:
    text = """
        async def inner(n):
            return n + 1

        def work():
            made = inner(1)
            try:
                made.send(None)
            except StopIteration as stop:
                return stop.value
        """
    # inner(1), send, n + 1, and the handler counts as a call
    assert cost(text) == (2, CALL + METHOD + OP + CALL)


def test_a_function_in_a_with_keeps_its_docstring_and_its_result(cost) -> None:
    text = '''
        class Held:
            def __enter__(self): return self
            def __exit__(self, *exc): return True

        def work():
            """What it does."""
            with Held():
                len("")
                raise ValueError
            return work.__doc__
        '''
    # Held(), len("") and the raise that the manager swallows
    assert cost(text) == ("What it does.", 2 * CALL)


def test_the_woven_code_does_the_same(cost) -> None:
    text = """
        import_free = [7, 3, 9, 1]

        def sort(values):
            out = []
            for value in values:
                at = 0
                while at < len(out) and out[at] < value:
                    at += 1
                out.insert(at, value)
            return out

        def work():
            try:
                found = {n: [m for m in range(n) if n % m == 0] for n in (1, 2)}
            except ZeroDivisionError as error:
                found = str(error)
            return sort(import_free), found, "abcabc".find("c", 3), [*range(3)]
        """
    plain = cost(text, native=True)
    woven = cost(text)
    assert woven[0] == plain[0]
    assert plain[1] == 0 < woven[1]


def test_a_modules_own_straight_lines_are_in_the_price_of_compiling(make_table) -> None:
    counter = [0]
    table = make_table({}, prices=PRICES, counter=counter)
    table.run_main(SourceFile("code.py", "a = len('') + 1\nb = 'x'.upper()\n"))
    assert counter == [0]
    table.run_main(SourceFile("code.py", "for i in (1, 2): i + 1\n"))
    assert counter == [2 * (ROUND + OP)]


def test_prices_are_the_boards_rows() -> None:
    prices = Prices.of(load_design("pico-w-arducam-2mp").board)
    assert (prices.loop_round, prices.call, prices.method_call, prices.operation) == (
        3_300,
        10_000,
        18_000,
        7_300,
    )
    assert prices.compile_py_byte == pytest.approx(16_400)  # 5 KB in 84 ms on the emulated board
    assert 20_000 * prices.compile_mpy_byte * 1e-6 == pytest.approx(9.7, rel=0.02)
    assert 1024 * prices.find_byte * 1e-6 == pytest.approx(0.31, rel=0.02)
