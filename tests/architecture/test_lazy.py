"""What is heavy and rarely needed is read when it is."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("service", ["alerts.service", "dashboard.service", "ingest.service"])
def test_no_service_reads_what_only_messages_need(service: str) -> None:
    said = f"import sys, {service}; print([m for m in ('matplotlib', 'apprise', 'requests') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
