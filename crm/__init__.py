"""Imported by Django on start so that tasks find their application."""

from crm.celery import app as celery_app

__all__ = ["celery_app"]
