"""Every setting, read from the environment; `.env.example` lists the variables.

Nothing set means the demo: SQLite, files under `var/`, an embedded broker.
"""

from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from crm.critical_css import style_hashes
from crm.installation import demo_broker, file_storage, installation_key, sqlite_or

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if env.bool("READ_DOT_ENV", True):
    environ.Env.read_env(BASE_DIR / ".env")
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))

DEBUG = env.bool("DEBUG", False)
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = SITE_URL.startswith("https://")
SECRET_KEY = env.str("SECRET_KEY", "") or installation_key(VAR_DIR, "secret-key", https=HTTPS)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [SITE_URL] if HTTPS else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.admin",
    "django.forms",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "template_partials",
    "treebeard",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "import_export",
    "crm",
    "teams",
    "followups",
    "accounts",
    "pipeline",
    "visits",
    "imports",
    "reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "teams.middleware.SessionSeenMiddleware",
    "teams.middleware.FirstRunMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "teams.middleware.PersonalMiddleware",
    "crm.replica.WroteMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "teams.middleware.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "crm.middleware.PrivateCacheMiddleware",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "crm.templatetags.ui"],
        },
    }
]

# --- data -------------------------------------------------------------------------------------------------------------
DATABASES = {"default": sqlite_or(env, "DATABASE_URL", VAR_DIR)}
HAS_REPLICA = bool(env.str("DATABASE_REPLICA_URL", ""))
if HAS_REPLICA:
    DATABASES["replica"] = {
        **env.db_url("DATABASE_REPLICA_URL"),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"MIRROR": "default"},
    }
    DATABASE_ROUTERS = ["crm.replica.ReplicaRouter"]

REDIS_URL = env.str("REDIS_URL", "")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

FILES_DIR = Path(env.str("FILES_DIR", str(VAR_DIR / "files")))
STORAGES = {
    "default": file_storage(env.str("FILES_URL", ""), FILES_DIR),
    "staticfiles": {"BACKEND": env.str("STATIC_STORAGE", "crm.static_storage.SqueezedStaticFilesStorage")},
}
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- background work --------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600} if REDIS_URL else demo_broker(VAR_DIR)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 3000
CELERY_TASK_ALWAYS_EAGER = env.bool("CELERY_TASK_ALWAYS_EAGER", False)
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
# The rows say what is due; a beat only wakes the worker, so a missed or doubled beat is harmless.
CELERY_BEAT_SCHEDULE = {
    "plan follow-ups": {"task": "followups.plan", "schedule": 60.0},
    "seal history": {"task": "crm.seal_history", "schedule": 300.0},
    "resume jobs": {"task": "crm.resume_jobs", "schedule": 60.0},
    "expire files": {"task": "crm.expire_files", "schedule": 3600.0},
    "end hand-set tiers": {"task": "accounts.end_overrides", "schedule": 900.0},
    "lapse claims": {"task": "accounts.lapse_claims", "schedule": 900.0},
    "end memberships of account teams": {"task": "accounts.end_memberships", "schedule": 900.0},
    "start hand-overs": {"task": "accounts.start_hand_overs", "schedule": 300.0},
    "find duplicate customers": {"task": "accounts.find_duplicates", "schedule": crontab(hour=2, minute=40)},
    "apply tier rules on their day": {"task": "accounts.apply_tiers", "schedule": 60.0},
    "run tier rules anew": {"task": "accounts.run_tiers", "schedule": 900.0},
}

# --- people and sign-in -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "teams.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "teams.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_DISPLAY = "teams.adapter.display_name"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_FORMS = {
    "login": "teams.sign_in_forms.SignInForm",
    "reset_password": "teams.sign_in_forms.ResetForm",
    "reset_password_from_key": "teams.sign_in_forms.NewPasswordForm",
    "change_password": "teams.sign_in_forms.ChangeForm",
    "add_email": "teams.sign_in_forms.AddressForm",
    "reauthenticate": "teams.sign_in_forms.PasswordAgainForm",
}
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
MFA_ADAPTER = "teams.adapter.SecondFactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an admin made the account, so the address need not prove itself first
MFA_FORMS = {
    "authenticate": "teams.sign_in_forms.CodeForm",
    "reauthenticate": "teams.sign_in_forms.CodeAgainForm",
    "activate_totp": "teams.sign_in_forms.ActivateAppForm",
    "add_webauthn": "teams.sign_in_forms.AddPasskeyForm",
    "edit_webauthn": "teams.sign_in_forms.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = "Key Accounts"
USERSESSIONS_TRACK_ACTIVITY = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"

# --- protection -------------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, *style_hashes(BASE_DIR / "static" / "css")],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
    }
}

# --- language and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = env.str("LANGUAGE_CODE", "zh-hans")
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "Asia/Shanghai")
FIRST_DAY_OF_WEEK = 1
FIRM_NAME = env.str("FIRM_NAME", "")
REPORTING_CURRENCY = env.str("REPORTING_CURRENCY", "CNY")
PRODUCT_NAME = _("Key Accounts")

# --- mail -------------------------------------------------------------------------------------------------------------
# Without EMAIL_URL mail is kept in the application, where an admin can read it.
if env.str("EMAIL_URL", ""):
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "followups.mailbox.MailboxBackend"
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Key Accounts <crm@localhost>")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
}
IS_DEMO = env.bool("IS_DEMO", False)
# False makes every installed service worker remove itself and its copies on its next visit.
SERVICE_WORKER = env.bool("SERVICE_WORKER", True)
SILENCED_SYSTEM_CHECKS: list[str] = []
