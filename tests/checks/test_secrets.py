"""
Tests for `secure_constructs.checks.secrets`.

What looks like a token here is made up, and put together so that no scanner of this
repository takes it for one.
"""

from __future__ import annotations

import pytest

from secure_constructs.checks.secrets import holds_secret, looks_like_secret

NAMED = "is named like a secret"
A = "a1B2c3D4e5F6g7H8i9J0"
JWT = f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.{A}"

ORDINARY = [
    ("MAX_TOKENS", "4096"),
    ("MAX_TOKENS", "4k"),
    ("MAX_TOKENS_FOR_ANSWERS", "plenty"),
    ("TOKEN_TTL", "3600s"),
    ("TOKEN_LIMIT", "4k"),
    ("TOKEN_ISSUER", "orders"),
    ("TOKEN_USE", "access"),
    ("ACCESS_TOKEN_HEADER", "x-orders"),
    ("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders"),
    ("DB_SECRET", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders"),
    ("SECRET_ARN_2", "orders"),
    ("SECRET_NAME", "orders/database"),
    ("dbSecretName", "orders/database"),
    ("SECRETARY_EMAIL", "secretary@example.com"),
    ("SECRETS_MANAGER_PREFIX", "orders"),
    ("SECRETS_MANAGER_ENDPOINT", "secretsmanager.eu-west-1.amazonaws.com"),
    ("PARAMETERS_SECRETS_EXTENSION_LOG_LEVEL", "debug"),
    ("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "2773"),
    ("PASSWORD_POLICY", "strict"),
    ("PASSWORD_PARAMETER", "orders-password"),
    ("PASSWORD_LENGTH", "a dozen"),
    ("DB_PASSWORD", "/orders/database/password"),
    ("DB_PASSWORD", ""),
    ("DB_PASSWORD", " "),
    ("REQUIRE_PASSWORD", "true"),
    ("ROTATE_SECRETS", "Enabled"),
    ("USE_TOKEN", "None"),
    ("PASSWORD_TRIES", "3"),
    ("TOKEN_SHARE", "0.75"),
    ("TOKEN_SERVER", "https://auth.example.com/token"),
    ("SIGNING_KEY", "alias/orders"),
    ("KEYBOARD", "qwerty"),
    ("TOKENIZER", "bpe"),
    ("PUBLIC_KEY", "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"),
    ("PARTITION_KEY", "PK"),
    ("IDEMPOTENCY_KEY", "order_id"),
    ("API_KEY_HEADER", "x-api-key"),
    ("AWS_ACCESS_KEY_ID", "orders"),
    ("AUTH_URL", "https://auth.example.com/token"),
    ("SITE", "https://example.com:8443/a@b"),
    ("DATABASE_URL", "postgres://orders@db.example.com/orders"),
    ("DATABASE_URL", "postgres://{user}:{password}@{host}/orders"),
    ("DATABASE_URL", "postgres://orders:${PASSWORD}@db/orders"),
    ("DATABASE_URL", "postgres://orders:<password>@db/orders"),
    ("DATABASE_URL", "postgres://orders:****@db/orders"),
    ("DATABASE_URL", "postgres://orders:%s@db/orders"),
    ("CONNECTION", "Server=db;Password=$DB_PASSWORD;"),
    ("CONNECTION", "Server=db;Integrated Security=true"),
    ("GRANT", "grant_type=password"),
    ("PWD", "/var/task"),
    ("PWD", "somewhere"),
    ("OLDPWD", "somewhere"),
    ("OLD_PWD", "somewhere"),
    ("BYPASS", "cache"),
    ("COMPASS", "north"),
    ("SENTRY_DSN", "https://0123456789abcdef@o1.ingest.sentry.io/1"),
    ("STRIPE_PUBLISHABLE", "pk_live_0123456789abcdef"),
    ("QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/111122223333/orders"),
    ("REGION", "sk-orders-service-production-eu-west-1-a"),
    ("PARAMETER", "{{resolve:ssm:/orders/size}}"),
    ("_", "token"),
    ("_1", "token"),
]

BY_NAME = [
    ("PASSWORD", "hunter2"),
    ("DB_PASSWORD", "changeme"),
    ("DB_PASSWORD_1", "hunter2"),
    ("DBPASSWORD", "hunter2"),
    ("PGPASSWORD", "hunter2"),
    ("dbPassword", "hunter2"),
    ("DBPassword", "hunter2"),
    ("PASSWORDS", "hunter2,hunter3"),
    ("PASSWORD_HASH", "$2b$12$abcdefghijklmnopqrstuv"),
    ("MYSQL_PASSWD", "hunter2"),
    ("MYSQL_PWD", "hunter2"),
    ("DBPWD", "hunter2"),
    ("SMTP_PASS", "hunter2"),
    ("PASSPHRASE", "correct horse"),
    ("CLIENT_SECRET", "orders"),
    ("clientSecret", "orders"),
    ("APP_SECRET_KEY", "orders"),
    ("WEBHOOK_SECRET", "sv-1234-abcd"),
    ("SECRETS", "a,b"),
    ("TOKEN_KIND", "bearer"),
    ("AUTHTOKEN", "abcd-efgh"),
    ("TELEGRAM_BOT_TOKEN", "123456:abc-def"),
    ("DB_TOKEN", "{{resolve:ssm:/orders/token}}"),
    ("CALLBACK_TOKEN", "https://example.com/?signature=abcd"),
    ("API_KEY", "abcd-efgh"),
    ("OPENWEATHER_APIKEY", "abcd-efgh"),
    ("apiKey", "abcd-efgh"),
    ("APIKey", "abcd-efgh"),
    ("STRIPE_API_KEYS", "abcd,efgh"),
    ("PRIVATE_KEY", "abcd"),
    ("PRIVATEKEY", "abcd"),
    ("JWT_SIGNING_KEY", "abcd"),
    ("ENCRYPTION_KEY", "abcd"),
    ("NEW_RELIC_LICENSE_KEY", "abcd"),
    ("STORAGE_ACCESS_KEY", "abcd"),
    ("API_KEY_OF_PARTNER", "abcd"),
    ("GOOGLE_CREDENTIALS", '{"type": "service_account"}'),
    ("DB_CREDS", "orders/hunter2"),
]

BY_VALUE = [
    (f"AKIA{'A2B3' * 4}", "is an access key id of AWS"),
    (f"id=ASIA{'A2B3' * 4};", "is an access key id of AWS"),
    ("-----BEGIN PRIVATE KEY-----\nMIIE", "is a private key"),
    ("-----BEGIN RSA PRIVATE KEY-----", "is a private key"),
    ("-----BEGIN PGP PRIVATE KEY BLOCK-----", "is a private key"),
    (f"ghp_{A}{A}", "is a token of GitHub"),
    (f"ghs_{A}{A}", "is a token of GitHub"),
    (f"github_pat_{A}{A}", "is a token of GitHub"),
    (f"https://ghp_{A}{A}@github.com/orders", "is a token of GitHub"),
    (f"glpat-{A}", "is a token of GitLab"),
    (f"glrt-{A}", "is a token of GitLab"),
    (f"xoxb-{A}", "is a token of Slack"),
    (f"xapp-1-{A}", "is a token of Slack"),
    (f"https://hooks.slack.com/services/T0/B0/{A}", "is a webhook of Slack"),
    (f"sk_live_{A}", "is a key of Stripe"),
    (f"rk_test_{A}", "is a key of Stripe"),
    (f"whsec_{A}", "is a key of Stripe"),
    (f"AIza{A}{A}"[:39], "is a key of Google"),
    (f"GOCSPX-{A}", "is a key of Google"),
    (f"ya29.{A}", "is a key of Google"),
    (f"npm_{A}{A}"[:40], "is a token of npm"),
    (f"pypi-{A}{A}{A}", "is a token of PyPI"),
    (f"SG.{A}.{A}", "is a key of SendGrid"),
    (f"sk-{A}{A}", "is a key of a language model"),
    (f"sk-proj-{A}{A}", "is a key of a language model"),
    (JWT, "is a JSON Web Token"),
    (f"Bearer {JWT}", "is a JSON Web Token"),
    ("postgres://orders:hunter2@db.example.com/orders", "is a URL with a password"),
    ("redis://:hunter2@cache.example.com:6379", "is a URL with a password"),
    ("mongodb+srv://orders:$ecret@db", "is a URL with a password"),
    ("a://b:${P}@c d://e:hunter2@f", "is a URL with a password"),
    ("amqps://${User}:hunter2@${Broker.Arn}", "is a URL with a password"),
    *(
        (value, "is a connection string with a password or a key")
        for value in (
            "Server=db;User=orders;Password=hunter2;",
            "server=db; pwd = hunter2",
            "host=db password=hunter2 user=orders",
            "jdbc:postgresql://db/orders?user=orders&password=hunter2",
            f"AccountName=orders;AccountKey={A}==;EndpointSuffix=core.windows.net",
            f"Endpoint=sb://orders/;SharedAccessKey={A}=",
        )
    ),
    (
        "{{resolve:secretsmanager:orders:SecretString:password}}",
        "refers to Secrets Manager, and is resolved into plain text",
    ),
    (
        "postgres://orders:{{resolve:secretsmanager:${Secret}}}@db",
        "refers to Secrets Manager, and is resolved into plain text",
    ),
    (
        "{{resolve:ssm-secure:/orders/password}}",
        "refers to a secure parameter, and is resolved into plain text",
    ),
]


class TestLooksLikeSecret:
    @pytest.mark.parametrize(("name", "value"), ORDINARY)
    def test_not_what_is_ordinary(self, name, value):
        """What is about a secret, or is plainly none, raises no alarm."""
        assert None is looks_like_secret(name, value)

    @pytest.mark.parametrize(("name", "value"), BY_NAME)
    def test_by_its_name(self, name, value):
        """A name that says that it is a secret is believed."""
        assert NAMED == looks_like_secret(name, value)

    @pytest.mark.parametrize(("value", "reason"), BY_VALUE)
    @pytest.mark.parametrize("name", ["ORDERS", "ORDERS_NAME", "PASSWORD"])
    def test_by_its_value(self, name, value, reason):
        """What is known by its form is a secret whatever it is called."""
        assert reason == looks_like_secret(name, value)

    @pytest.mark.parametrize(("value", "reason"), BY_VALUE)
    def test_never_shows_the_value(self, value, reason):
        """A finding may end up in a log."""
        said = str(looks_like_secret("PASSWORD", value))

        assert [] == [part for part in (value, "hunter2", A) if part in said]


class TestHoldsSecret:
    @pytest.mark.parametrize(("value", "reason"), BY_VALUE)
    def test_by_its_form(self, value, reason):
        """A value can be known without a name."""
        assert reason == holds_secret(value)

    @pytest.mark.parametrize("value", ["hunter2", "${Secret}", ""])
    def test_not_otherwise(self, value):
        """What has no known form may be anything."""
        assert None is holds_secret(value)
