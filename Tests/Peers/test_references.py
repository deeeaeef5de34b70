"""The values that Swift tests compare theirs with are those that peers compute today."""

import re
import subprocess
import sys

import program

SCRIPT = program.ROOT / "Tests/Peers/model_reference.py"
VALUES = program.ROOT / "Tests/BQLModelsTests/ModelReferences.swift"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w\"])")


def numbers(text):
    """The text without its numbers, and they: other processors differ in the last digits."""
    return NUMBER.sub("#", text), [float(number) for number in NUMBER.findall(text)]


def test_models():
    written = subprocess.run(
        [sys.executable, str(SCRIPT)], capture_output=True, text=True, check=True
    ).stdout
    kept = VALUES.read_text()
    words, found = numbers(" ".join(written.split()))
    known_words, known = numbers(" ".join(kept.split()))
    assert words == known_words
    for number, other in zip(found, known, strict=True):
        assert abs(number - other) <= 1e-9 * max(abs(number), abs(other)), (number, other)
