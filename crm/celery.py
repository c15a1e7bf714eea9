"""The worker. Tasks live in each app's `tasks.py` and do one thing: load rows, call one action."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
if os.environ.get("IS_DEMO") == "1":  # trying it out as root, in a container, is nothing to warn of
    warnings.filterwarnings("ignore", category=SecurityWarning)
app = Celery("crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
