"""The ways in which files keep credentials: what a scan must find whatever the value is like, and when it is none.

``^`` stands for the value. The values are made here, from a seed, so that no scanner finds one in this file.
"""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import quote

_DICE = random.Random(20261122)
_SYLLABLES = ["ta", "ro", "mi", "sel", "kan", "du", "ver", "lo", "pi", "gra", "ne", "bor", "zi", "fen", "hul", "wa"]
_BASE62 = string.ascii_letters + string.digits


def _some(count: int, letters: str) -> str:
    while True:
        text = "".join(_DICE.choices(letters, k=count))
        if any(one.isdigit() for one in text) and any(one.isalpha() for one in text):
            return text


def _word() -> str:
    return "".join(_DICE.choices(_SYLLABLES, k=3))


TOKEN = _some(40, _BASE62)
HEX = _some(32, "0123456789abcdef")
PASSWORDS = {
    "random": _some(16, _BASE62),
    "with signs": f"w{_some(12, _BASE62 + '!*+_.~')}*7",
    "of people": f"{_word().title()}-{_word().title()}42!",
    "weak": f"{_word()}{_DICE.randrange(1960, 2020)}",
}
"""Of each kind one."""
DECOYS = {
    "variable of a shell": "$DB_PASSWORD",
    "variable in braces": "${DB_PASSWORD}",
    "template": "{{ vault_db_password }}",
    "format": "%(db_password)s",
    "placeholder in words": "your-password-here",
    "placeholder in angles": "<password>",
    "what it is": "password",
    "example": "changeme",
    "crosses": "xxxxxxxxxxxx",
    "stars": "**********",
    "encrypted": "ENC[AES256_GCM,data:Zm9vYmFyMTIz,type:str]",
    "reference": "vault:secret/data/app#password",
}
"""What stands there when the secret is kept elsewhere."""


class Shape(NamedTuple):
    """A file and how it writes a value. ``form``: what is done to the value before."""

    name: str
    path: str
    text: str
    form: str = "plain"
    values: tuple[str, ...] = tuple(PASSWORDS.values())

    def holding(self, value: str) -> str:
        """The text with that value."""
        return self.text.replace("^", FORMS[self.form](value))


def _pair(value: str) -> str:
    return base64.b64encode(f"deploy:{value}".encode()).decode()


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "pair": _pair,
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "address": lambda value: quote(value, safe="!*+~$%{}<>()"),
}
_T, _H = (TOKEN,), (HEX,)


def _keyed(name: str) -> Iterator[Shape]:
    """A name as settings of every language write it."""
    yield Shape(f"YAML {name}", "config/app.yml", f"database:\n  {name}: ^\n  pool: 5\n")
    yield Shape(f"YAML in quotes {name}", "config/app.yaml", f'database:\n  {name}: "^"\n')
    yield Shape(f"INI {name}", "conf/app.ini", f"[database]\n{name} = ^\n")
    yield Shape(f"JSON {name}", "conf/app.json", f'{{"host": "db", "{name}": "^"}}\n')
    yield Shape(f"TOML {name}", "conf/app.toml", f'[database]\n{name} = "^"\n')
    yield Shape(f"shell {name}", "deploy/env.sh", f"export DB_{name.upper()}='^'\n")
    yield Shape(f"dotenv {name}", ".env", f"DB_{name.upper()}=^\n")
    yield Shape(f"properties {name}", "application.properties", f"spring.datasource.{name}=^\n")


KEYED = (
    *(shape for name in ("password", "passwd", "pwd", "pw", "pass", "passphrase") for shape in _keyed(name)),
    *(shape._replace(values=(PASSWORDS["random"],)) for shape in _keyed("secret")),
)
"""A ``secret`` of words is the name of one."""
FILES = (
    Shape("netrc", ".netrc", "machine api.host.tld\nlogin bot\npassword ^\n"),
    Shape("netrc, one line", "home/.netrc", "machine api.host.tld login bot password ^\n"),
    Shape("netrc, default", "home/.netrc", "default login bot password ^\n"),
    Shape("pgpass", ".pgpass", "db.host.tld:5432:app:app:^\n"),
    Shape("pgpass, any", ".pgpass", "*:*:*:postgres:^\n"),
    Shape("my.cnf", ".my.cnf", "[client]\nuser = app\npassword = ^\n"),
    Shape("my.cnf in quotes", "etc/my.cnf", '[mysqldump]\nuser=app\npassword="^"\n'),
    Shape("pypirc", ".pypirc", "[pypi]\nusername = bot\npassword = ^\n"),
    Shape("Maven settings.xml", "settings.xml", "<server><id>x</id><password>^</password></server>\n"),
    Shape("Gradle", "gradle.properties", "nexusPassword=^\n"),
    Shape("docker config.json", ".docker/config.json", '{"auths": {"reg.host.tld": {"auth": "^"}}}\n', "pair"),
    Shape("npmrc _authToken", ".npmrc", "//npm.host.tld/:_authToken=^\n", values=_T),
    Shape("npmrc _auth", ".npmrc", "//npm.host.tld/:_auth=^\n", "pair"),
    Shape("npmrc _password", ".npmrc", "//npm.host.tld/:_password=^\n", "base64"),
    Shape("kubeconfig token", ".kube/config", "users:\n- name: a\n  user:\n    token: ^\n", values=_T),
    Shape("kubeconfig password", ".kube/config", "users:\n- name: a\n  user:\n    username: a\n    password: ^\n"),
    Shape("Kubernetes Secret", "k8s/secret.yaml", "kind: Secret\ndata:\n  password: ^\n", "base64"),
    Shape("Kubernetes stringData", "k8s/secret.yaml", "kind: Secret\nstringData:\n  password: ^\n"),
    Shape("Kubernetes env", "k8s/deploy.yaml", "env:\n- name: DB_PASSWORD\n  value: ^\n"),
    Shape("terraform.tfvars", "terraform.tfvars", 'region = "eu"\ndb_password = "^"\n'),
    Shape("tfstate", "terraform.tfstate", '"attributes": {"username": "app", "password": "^"}\n'),
    Shape("tfstate master_password", "terraform.tfstate", '      "master_password": "^",\n'),
    Shape("Terraform default", "variables.tf", 'variable "db_password" {\n  default = "^"\n}\n'),
    Shape("GitHub Actions env", ".github/workflows/ci.yml", "env:\n  DB_PASSWORD: ^\n"),
    Shape("Actions services", ".github/workflows/ci.yml", "    env:\n      POSTGRES_PASSWORD: '^'\n"),
    Shape("compose", "docker-compose.yml", "environment:\n  - MYSQL_ROOT_PASSWORD=^\n"),
    Shape("Dockerfile ENV", "Dockerfile", "ENV DB_PASSWORD=^\n"),
    Shape("Dockerfile ENV, a blank", "Dockerfile", "ENV DB_PASSWORD ^\n"),
    Shape("Dockerfile ARG", "Dockerfile", "ARG DB_PASSWORD=^\n"),
    Shape("Ansible variables", "group_vars/all.yml", "ansible_become_pass: ^\n"),
    Shape("Ansible ssh", "inventory.ini", "web1 ansible_user=root ansible_ssh_pass=^\n"),
    Shape("wp-config", "wp-config.php", "define('DB_PASSWORD', '^');\n"),
    Shape("Django", "app/settings.py", "'PASSWORD': '^',\n"),
    Shape("Rails", "config/database.yml", "production:\n  username: app\n  password: ^\n"),
    Shape("web.config", "web.config", '<add key="DbPassword" value="^" />\n'),
    Shape("tomcat-users", "tomcat-users.xml", '<user username="a" password="^" roles="manager"/>\n'),
    Shape("FileZilla", "sitemanager.xml", '<Pass encoding="base64">^</Pass>\n', "base64"),
    Shape("sftp.json", ".vscode/sftp.json", '"username": "a",\n"password": "^",\n'),
    Shape("htpasswd", ".htpasswd", "admin:^\n", values=(f"$apr1${_some(8, _BASE62)}${_some(22, _BASE62)}",)),
    Shape("shadow", "etc/shadow", "root:^:19000:0:::\n", values=(f"$6${_some(8, _BASE62)}${_some(86, _BASE62)}",)),
    Shape("wpa_supplicant", "wpa_supplicant.conf", 'network={\n  ssid="x"\n  psk="^"\n}\n'),
    Shape("NetworkManager", "x.nmconnection", "[wifi-security]\npsk=^\n"),
    Shape("redis.conf", "redis.conf", "requirepass ^\n"),
    Shape("postfix", "sasl_passwd", "[smtp.host.tld]:587 bot:^\n"),
    Shape("msmtprc", ".msmtprc", "host smtp.host.tld\nuser bot\npassword ^\n"),
    Shape("fetchmailrc", ".fetchmailrc", 'poll mail.host.tld user "bot" password "^"\n'),
    Shape("smb credentials", "smb.cred", "username=bot\npassword=^\ndomain=X\n"),
    Shape("s3cfg", ".s3cfg", "[default]\nsecret_key = ^\n", values=_T),
    Shape("rclone", "rclone.conf", "[x]\ntype = webdav\npass = ^\n", values=_T),
    Shape("git-credentials", ".git-credentials", "https://bot:^@git.host.tld\n", "address"),
    Shape("pip.conf", "pip.conf", "index-url = https://bot:^@packages.host.tld/x\n", "address"),
    Shape("Rails master.key", "config/master.key", "^", values=_H),
    Shape("Rails credentials key", "config/credentials/production.key", "^\n", values=_H),
)
COLUMNS = (
    Shape("CSV", "users.csv", "user,password,role\nann,^,admin\n"),
    Shape("CSV, quoted", "users.csv", '"id","login","Password"\n"1","ann","^"\n'),
    Shape("CSV, semicolons", "export.csv", "name;email;passwort\nAnn;ann@home.tld;^\n"),
    Shape("CSV, third row", "users.csv", "username,password\nroot,$DB_PASSWORD\nops,\nann,^\n"),
    Shape("TSV", "users.tsv", "user\tpassword\nann\t^\n"),
    Shape("CSV of a browser", "logins.csv", "name,url,username,password\nx,https://host.tld/,ann,^\n"),
    Shape("CSV of AWS", "accessKeys.csv", "Access key ID,Secret access key\nx,^\n", values=_T),
)
ADDRESSES = (
    Shape("JDBC", "app.properties", "url=jdbc:mysql://db.host.tld/app?user=app&password=^\n", "address"),
    Shape("JDBC Oracle", "app.properties", "url=jdbc:oracle:thin:app/^@db.host.tld:1521/x\n", "address"),
    Shape("JDBC SQL Server", "app.properties", "url=jdbc:sqlserver://db.host.tld;user=app;password=^;\n"),
    Shape("ADO.NET", "appsettings.json", '"Default": "Server=db;Database=x;User Id=app;Password=^;"\n'),
    Shape("ADO.NET Pwd", "web.config", 'connectionString="Server=db;Uid=app;Pwd=^;"\n'),
    Shape("ODBC", "odbc.ini", "Driver={PostgreSQL};Server=db;UID=app;PWD=^;\n"),
    Shape("libpq", "app.conf", "dsn = host=db user=app password=^ dbname=x\n"),
    Shape("postgres", ".env", "DATABASE_URL=postgres://app:^@db.host.tld:5432/app\n", "address"),
    Shape("mongodb+srv", ".env", "MONGO=mongodb+srv://app:^@c0.host.tld/app\n", "address"),
    Shape("amqp", ".env", "BROKER=amqp://app:^@mq.host.tld:5672/x\n", "address"),
    Shape("redis, password alone", ".env", "REDIS=redis://:^@cache.host.tld:6379/0\n", "address"),
    Shape("smtp", ".env", "MAIL=smtps://bot:^@smtp.host.tld:465\n", "address"),
    Shape("SQLAlchemy", "alembic.ini", "sqlalchemy.url = mysql+pymysql://app:^@db/app\n", "address"),
    Shape("ftp", "deploy.sh", "lftp ftp://bot:^@ftp.host.tld\n", "address"),
)
COMMANDS = (
    Shape("curl -u", "deploy.sh", "curl -u bot:^ https://api.host.tld/x\n"),
    Shape("curl --user", "deploy.sh", "curl -sf --user 'bot:^' https://api.host.tld/x\n"),
    Shape("curl --user=", "deploy.sh", "curl --user=bot:^ https://api.host.tld/x\n"),
    Shape("curl after the address", "deploy.sh", "curl https://api.host.tld/x -ubot:^\n"),
    Shape("wget --password", "deploy.sh", "wget --user=bot --password=^ https://host.tld/x\n"),
    Shape("wget --http-password", "deploy.sh", "wget --http-user bot --http-password ^ https://host.tld/x\n"),
    Shape("sshpass", "deploy.sh", "sshpass -p ^ ssh root@host.tld\n"),
    Shape("sshpass, quoted", "deploy.sh", "sshpass -p '^' scp x root@host.tld:\n"),
    Shape("mysql -p", "deploy.sh", "mysql -u app -p^ app < x.sql\n"),
    Shape("mysql --password", "deploy.sh", "mysqldump --password=^ app\n"),
    Shape("PGPASSWORD", "deploy.sh", "PGPASSWORD=^ psql -h db -U app\n"),
    Shape("PGPASSWORD, quoted", "deploy.sh", "export PGPASSWORD='^'\n"),
    Shape("docker login", "deploy.sh", "docker login -u bot -p ^ reg.host.tld\n"),
    Shape("docker login --password", "deploy.sh", "docker login -u bot --password ^ reg.host.tld\n"),
    Shape("az login", "deploy.sh", "az login --service-principal -u x -p ^ --tenant y\n", values=_T),
    Shape("helm --set", "deploy.sh", "helm install x y --set postgresql.password=^\n"),
    Shape("kubectl literal", "deploy.sh", "kubectl create secret generic x --from-literal=password=^\n"),
    Shape("ldapsearch", "deploy.sh", "ldapsearch -D cn=admin,dc=x -w ^ -b dc=x\n"),
    Shape("smbclient", "deploy.sh", "smbclient //host/share -U 'bot%^'\n"),
    Shape("mount.cifs", "deploy.sh", "mount -t cifs //h/s /mnt -o username=bot,password=^\n"),
    Shape("mongo -p", "deploy.sh", "mongosh -u app -p ^ db\n"),
    Shape("redis-cli -a", "deploy.sh", "redis-cli -a ^ ping\n"),
    Shape("chpasswd", "setup.sh", 'echo "root:^" | chpasswd\n'),
    Shape("keytool", "build.sh", "keytool -genkey -keystore x.jks -storepass ^ -keypass x\n"),
    Shape("openssl passin", "build.sh", "openssl rsa -passin pass:^ -in x\n"),
    Shape("zip -P", "build.sh", "zip -P ^ x.zip x\n"),
    Shape("7z -p", "build.sh", "7z a -p^ x.7z x\n"),
    Shape("net user", "setup.bat", "net user svc ^ /add\n"),
)
HEADERS = (
    Shape("Authorization: Basic", "x.http", "GET / HTTP/1.1\nAuthorization: Basic ^\n", "pair"),
    Shape("Authorization: Bearer", "x.http", "GET / HTTP/1.1\nAuthorization: Bearer ^\n", values=_T),
    Shape("curl Bearer", "deploy.sh", "curl -H 'Authorization: Bearer ^' https://host.tld\n", values=_T),
    Shape("X-Api-Key", "x.http", "X-Api-Key: ^\n", values=_T),
    Shape("PRIVATE-TOKEN", "deploy.sh", 'curl --header "PRIVATE-TOKEN: ^" https://host.tld\n', values=_T),
    Shape("requests auth", "deploy/run.py", 'requests.get(url, auth=("bot", "^"))\n'),
    Shape("axios auth", "deploy/run.js", "axios.get(u, {auth: {username: 'bot', password: '^'}})\n"),
)
SHAPES = (*KEYED, *FILES, *COLUMNS, *ADDRESSES, *COMMANDS, *HEADERS)
