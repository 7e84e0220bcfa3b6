"""What looks like a secret, by its name or by itself."""

from __future__ import annotations

import re

_PLAIN = "is resolved into plain text"

# What is a secret whatever it is called, and what to say of it. None of them says
# what the secret is: findings end up in logs.
_KINDS = (
    (r"\{\{resolve:secretsmanager:", f"refers to Secrets Manager, and {_PLAIN}"),
    (r"\{\{resolve:ssm-secure:", f"refers to a secure parameter, and {_PLAIN}"),
    (r"-----BEGIN [A-Z ]*PRIVATE KEY", "is a private key"),
    (r"\b(AKIA|ASIA)[A-Z0-9]{16}\b", "is an access key id of AWS"),
    (r"\bgh[opsur]_\w{36}|\bgithub_pat_\w{22}", "is a token of GitHub"),
    (r"\bgl(pat|dt|rt|ptt|cbt|soat|ft|agent)-[\w.-]{20}", "is a token of GitLab"),
    (r"\bxox[abceoprs]-[\w-]{10}|\bxapp-\d-[\w-]{10}", "is a token of Slack"),
    (r"hooks\.slack\.com/(services|workflows|triggers)/", "is a webhook of Slack"),
    (r"\b[rs]k_(live|test)_\w{10}|\bwhsec_[\w+/=]{20}", "is a key of Stripe"),
    (r"\bAIza[\w-]{35}|\bGOCSPX-[\w-]{20}|\bya29\.[\w-]{20}", "is a key of Google"),
    (r"\bnpm_[A-Za-z0-9]{36}", "is a token of npm"),
    (r"\bpypi-[\w-]{50}", "is a token of PyPI"),
    (r"\bSG\.[\w-]{16,}\.[\w-]{16}", "is a key of SendGrid"),
    (r"\bsk-((ant|proj|svcacct)-[\w-]{32}|\w{40})", "is a key of a language model"),
    (r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8}", "is a JSON Web Token"),
)
_BY_VALUE = tuple((re.compile(pattern), says) for pattern, says in _KINDS)

_IN_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/:@]*:([^\s/@]+)@", re.IGNORECASE)
_IN_SETTINGS = re.compile(
    r"(?:^|[;&?\s])(?:password|pwd|AccountKey|SharedAccessKey|SharedAccessSignature)"
    r"\s*=\s*([^;&\s]+)",
    re.IGNORECASE,
)
# A place for a password that something else fills in: `${Password}`, `<password>`.
_PLACEHOLDER = re.compile(r"\$?\{[^}]*\}|<[^>]*>|\*+|%s|%\(\w+\)s|\$[A-Z_]+")

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# Also as the end of a word, as in `DBPASSWORD`.
_SECRET = re.compile(
    r".*(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|APIKEY|PRIVATEKEY)S?"
    r"|.+PWD|CREDS"
)
_KEYS = re.compile(
    r"(.+ )?(ACCESS|API|AUTH|ENCRYPTION|HMAC|JWT|LICENSE|MASTER|PRIVATE|SHARED|SIGNING"
    r"|SSH) KEYS?( .+)?"
)
_LAST = ("PASS", "PWD")
_WORKING_DIRECTORY = (["PWD"], ["OLD", "PWD"], ["OLDPWD"])
# The end of a name that says that it is something about a secret, not the secret.
_ABOUT = frozenset(
    """
    ALGORITHM ALIAS ARN ARNS ATTRIBUTE AUDIENCE BACKEND BUCKET CACHE CLAIM CLASS COOKIE
    COUNT DAYS DURATION EMAIL ENABLED ENDPOINT EXPIRATION EXPIRES EXPIRY FIELD FILE
    FORMAT FUNCTION GROUP HEADER HOST HOURS ID IDS INTERVAL ISSUER LABEL LENGTH LEVEL
    LIFETIME LIMIT LOCATION MANAGER MAX METHOD MIN MINUTES MODE NAME NAMES NAMESPACE
    PAGE PARAM PARAMETER PATH PATTERN POLICY PORT PREFIX PROVIDER QUEUE REGEX REGION
    REQUIRED ROLE ROTATION RULE RULES SCOPE SCOPES SECONDS SERVICE SIZE SOURCE STAGE
    STATUS STORE STRATEGY STREAM SUBJECT SUFFIX TABLE TAG TEMPLATE TIMEOUT TOPIC TTL
    TYPE URI URL USE USERNAME VERSION
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_AMOUNTS = ("COUNT", "MAX", "MIN", "NUM", "NUMBER", "TOTAL")
# A value that is plainly no secret, whatever it is called.
_PLAINLY_NONE = re.compile(
    r"\s*"
    r"|true|false|yes|no|on|off|enabled|disabled|none|null"
    r"|[+-]?\d+([._]\d+)*"
    r"|arn:.*"
    r"|alias/.*"
    r"|(/[\w.-]+)+/?"
    r"|[a-z][a-z0-9+.-]*://[^?]*",
    re.IGNORECASE,
)


def looks_like_secret(name: str, value: str) -> str | None:
    """
    Return why the variable *name* with *value* looks like a secret, if it does.

    The reason can follow the variable's name in a sentence. It never says anything
    of the value but its kind.
    """
    reason = holds_secret(value)
    if reason or _PLAINLY_NONE.fullmatch(value) or not _names_secret(name):
        return reason
    return "is named like a secret"


def holds_secret(value: str) -> str | None:
    """Return what secret *value* is or holds, if that can be seen."""
    for pattern, says in _BY_VALUE:
        if pattern.search(value):
            return says
    if any(map(_is_filled_in, _IN_URL.findall(value))):
        return "is a URL with a password"
    if any(map(_is_filled_in, _IN_SETTINGS.findall(value))):
        return "is a connection string with a password or a key"
    return None


def _is_filled_in(password: str) -> bool:
    return not _PLACEHOLDER.fullmatch(password)


def _names_secret(name: str) -> bool:
    words = [each.upper() for each in _WORD.findall(name)]
    if not words or words in _WORKING_DIRECTORY:
        return False
    if words[-1] in _ABOUT or words[0] in _AMOUNTS:
        return False
    called = any(map(_SECRET.fullmatch, words)) or words[-1] in _LAST
    return called or bool(_KEYS.fullmatch(" ".join(words)))
