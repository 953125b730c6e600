import os
import subprocess
import sys

import pytest

from newstance.models.bfloat16 import REMEMBERED, has_bfloat16

MANY_SHAPES = """
import psutil, sys, torch
from newstance.models.bfloat16 import bound_shapes
if sys.argv[1] == "bounded":
    bound_shapes()
layer, process = torch.nn.Linear(64, 64).to(torch.bfloat16), psutil.Process()
with torch.inference_mode():
    for rows in range(1, 801):
        layer(torch.zeros(rows, 64, dtype=torch.bfloat16))
        if rows == 100:
            before = process.memory_info().rss
print((process.memory_info().rss - before) >> 20)
"""


@pytest.mark.skipif(not has_bfloat16(), reason="no arithmetic for bfloat16 here")
def test_memory_does_not_grow_with_each_shape():
    unset = {name: value for name, value in os.environ.items() if name not in REMEMBERED}

    def grown_by(how):
        command = [sys.executable, "-c", MANY_SHAPES, how]
        return int(subprocess.run(command, env=unset, capture_output=True, check=True).stdout)

    grown = {how: grown_by(how) for how in ("bounded", "unbounded")}
    assert grown["bounded"] < 50 < grown["unbounded"], grown
