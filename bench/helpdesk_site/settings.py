"""The site's settings: as the package's documentation has them; where things are comes from the environment."""

import os
from pathlib import Path

HOME = Path(os.environ["BENCH_HOME"])
SECRET_KEY = "only-for-a-benchmark"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "bench.helpdesk_site.urls"
SITE_ID = 1
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = HOME / "media"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ["BENCH_SINK"])
DEFAULT_FROM_EMAIL = "support@desk.example"
HELPDESK_TEAMS_MODE_ENABLED = False
# Both systems say nothing while they work, as far as they can be told.
LOGGING = {"version": 1, "disable_existing_loggers": True, "root": {"level": "ERROR"}}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.humanize",
    "rest_framework",
    "helpdesk",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
PORT = os.environ.get("BENCH_POSTGRES_PORT")
SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": HOME / "helpdesk.sqlite3"}
POSTGRESQL = {
    "ENGINE": "django.db.backends.postgresql",
    "HOST": "127.0.0.1",
    "PORT": PORT,
    "USER": "bench",
    "NAME": os.environ.get("BENCH_DATABASE"),
}
DATABASES = {"default": POSTGRESQL if PORT else SQLITE}
