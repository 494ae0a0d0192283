"""Windowed integers by Beam's own coder in Python.

Reads lines of JSON: the kind of windows ("global" or "interval"), and an
element: its value and timestamp, its windows as pairs of start and end, and the
pane as timing, first, last, index and index on time; times in milliseconds, as
text. Answers each with its bytes, in hexadecimal.
"""
import json
import sys

from apache_beam.coders import coders
from apache_beam.transforms.window import GlobalWindow
from apache_beam.transforms.window import IntervalWindow
from apache_beam.utils.timestamp import Timestamp
from apache_beam.utils.windowed_value import PaneInfo
from apache_beam.utils.windowed_value import PaneInfoTiming
from apache_beam.utils.windowed_value import WindowedValue

CODERS = {
    'global': coders.WindowedValueCoder(
        coders.VarIntCoder(), coders.GlobalWindowCoder()),
    'interval': coders.WindowedValueCoder(
        coders.VarIntCoder(), coders.IntervalWindowCoder()),
}


def instant(millis):
  return Timestamp(micros=int(millis) * 1000)


for line in sys.stdin:
  kind, value, time, windows, (timing, *rest) = json.loads(line)
  pane = PaneInfo(rest[0], rest[1], getattr(PaneInfoTiming, timing), rest[2],
                  rest[3])
  windows = [GlobalWindow()] if kind == 'global' else [
      IntervalWindow(instant(start), instant(end)) for start, end in windows]
  element = WindowedValue(value, instant(time), windows, pane)
  sys.stdout.write(CODERS[kind].encode(element).hex() + '\n')
