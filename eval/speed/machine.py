"""What a run's figures depend on: processor, packages, day, and what else was going on."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from newstance.models.pairs import usable_cores

# What eight-bit products run on, and what makes float32 ones fast.
_FLAGS = ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimddp", "i8mm")
_PACKAGES = ("newstance", "torch", "transformers", "onnxruntime", "spacy", "sentence-transformers", "openvino", "nncf")


def told() -> dict[str, Any]:
    """All of it, for JSON."""
    cpu = _cpu_info()
    flags = set((cpu.get("flags") or cpu.get("Features") or "").split())
    return {
        "processor": cpu.get("model name") or platform.processor() or platform.machine(),
        "flags": [flag for flag in _FLAGS if flag in flags],
        "cores": usable_cores(),
        "memory_gb": _memory(),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": {name: version for name in _PACKAGES if (version := _version(name))},
        "date": datetime.now(UTC).date().isoformat(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }


def in_words(machine: Mapping[str, Any]) -> str:
    """One paragraph."""
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    flags = ", ".join(machine["flags"]) or "none of the flags that matter"
    return (
        f"{machine['date']}: {machine['processor']} ({flags}), {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"{machine['system']}; load {machine['load']} as it began; {versions}."
    )


def _cpu_info() -> dict[str, str]:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # no Linux
        return {}
    parts = [line.partition(":") for line in lines if ":" in line]
    return {name.strip(): value.strip() for name, _, value in reversed(parts)}


def _memory() -> int:
    import psutil

    gigabytes: int = round(psutil.virtual_memory().total / 1e9)
    return gigabytes


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
