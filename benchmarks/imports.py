"""How long it takes to import the library, beside what it needs of CDK."""

from __future__ import annotations

import json
import subprocess
import sys

from benchmarks import runs
from benchmarks.pairs import tell
from benchmarks.table import middle, milliseconds, table

_PROGRAM = """
import json, sys, time
began = time.perf_counter()
{statements}
print(json.dumps({{"seconds": time.perf_counter() - began}}))
"""
_CDK = (
    "cloudwatch cloudwatch_actions dynamodb events eventschemas iam kms lambda logs "
    "s3 scheduler sns sqs ssm"
)
_OF_CDK = "\n".join(f"import aws_cdk.aws_{name}" for name in _CDK.split())
_STATEMENTS = {
    "`import aws_cdk`": "import aws_cdk",
    "`import secure_constructs`": "import secure_constructs",
    "CDK's modules for all constructs": f"import aws_cdk\n{_OF_CDK}",
    "all constructs": "from secure_constructs import *",
    "one of them: `SecureBucket`": "from secure_constructs import SecureBucket",
}


def compared(rounds: int) -> str:
    """Return the table."""
    found: dict[str, list[runs.Figures]] = {words: [] for words in _STATEMENTS}
    for number in range(rounds):
        tell(f"imports, round {number + 1} of {rounds}")
        for words, statements in _STATEMENTS.items():
            found[words].append(_timed(statements))
    rows = [
        [words, milliseconds(middle(found[words], "seconds"))] for words in _STATEMENTS
    ]
    return table(["import", "time"], rows)


def _timed(statements: str) -> runs.Figures:
    program = _PROGRAM.format(statements=statements)
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=runs.environment(),
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures
