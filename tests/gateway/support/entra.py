#!/usr/bin/env python3
"""entra.py PORT DIR : an OAuth 2.0 server on 127.0.0.1 that behaves like Microsoft Entra ID (login.microsoftonline.com), for tests.
HTTP on PORT, HTTPS on PORT + 1 (certificate DIR/tls/srv.{pem,key}). Access tokens are RS256 JWTs signed with DIR/jwt/key.pem, so that a
Dovecot that knows its public key accepts them. Needs the package `cryptography` (Debian: python3-cryptography).
Endpoints: /TENANT/oauth2/v2.0/{authorize,token,devicecode,logout}, /devicelogin, /TENANT/v2.0/.well-known/openid-configuration,
/TENANT/discovery/v2.0/keys, and /_control (GET: state and log; POST: change it).
Unlike Microsoft's, its tokens serve every protocol whatever their scope; codes 500112, 700024, 70020, 1002012 are from memory."""
import base64, copy, datetime, hashlib, html, json, os, secrets, ssl, sys, threading, time, uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

PORT, DIR = int(sys.argv[1]), sys.argv[2]
def make_key(name):
    """DIR/jwt/NAME.key and NAME.pem: an RSA key and a certificate for it, unless they are there"""
    if os.path.exists(f"{DIR}/jwt/{name}.pem"): return
    key = rsa.generate_private_key(65537, 2048); subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]); start = datetime.datetime(2020, 1, 1)
    certificate = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(start).not_valid_after(datetime.datetime(2099, 1, 1)).sign(key, hashes.SHA256()))
    for form, end in ((serialization.PrivateFormat.PKCS8, "key"), (serialization.PrivateFormat.TraditionalOpenSSL, "rsa.key")):
        open(f"{DIR}/jwt/{name}.{end}", "wb").write(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    open(f"{DIR}/jwt/{name}.pub", "wb").write(key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    open(f"{DIR}/jwt/{name}.pem", "wb").write(certificate.public_bytes(serialization.Encoding.PEM))
os.makedirs(f"{DIR}/jwt", exist_ok=True)
for name in ("client", "other", "server"): make_key(name)
if not os.path.exists(f"{DIR}/jwt/key.pem"): os.symlink("server.key", f"{DIR}/jwt/key.pem")
KEY = serialization.load_pem_private_key(open(f"{DIR}/jwt/key.pem", "rb").read(), None)
JWT_BEARER, DEVICE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "urn:ietf:params:oauth:grant-type:device_code"
RESOURCES = ("https://outlook.office.com/", "https://outlook.office365.com/", "https://graph.microsoft.com/")
OIDC = ("openid", "profile", "email", "offline_access")

DEFAULT = dict(
    tenants=["tenant-1", "common", "organizations", "11111111-2222-3333-4444-555555555555"],
    users={"meter@example.org": "Meter Mailbox", "second@example.org": "Second Mailbox", "other@example.org": "Other Person"},
    apps={  # secret None: no secret registered; public: may use device code without a secret; ports of localhost redirects are not compared
        "app-1": dict(secret="secret", certificate=f"{DIR}/jwt/client.pem", public=True, redirects=["http://localhost/oauth/callback", "https://localhost/oauth/callback"]),
        "app-2": dict(secret="secret-2", certificate=None, public=False, redirects=["http://localhost/oauth/callback"]),
        "public-1": dict(secret=None, certificate=None, public=True, redirects=["http://localhost/oauth/callback"])},
    app_mailbox="meter@example.org",   # the mailbox that a client-credentials token opens (Dovecot wants the name inside the token)
    expired_secrets=["expired"],       # secrets answered with AADSTS7000222
    auto=None,                         # a user name or "deny": authorize answers at once, without the login page
    ttl=3600, refresh_ttl=7776000, code_ttl=600, device_ttl=900, interval=5,
    rotation="strict",                 # strict: old refresh token refused after use; lax: old one stays good (Microsoft's way); none: same one again
    withhold=[],                       # scopes not granted, by their last part: ["SMTP.Send"]
    patch={},                          # merged into each good token answer; null removes: {"expires_in": null}
    clock=0,                           # seconds that this server's clock is ahead (tokens, Date header)
    next=[])                           # answers to give instead of the next ones of /token, see fail()
ERRORS = {  # AADSTS number: (error, HTTP status, text); numbers as Microsoft documents them, texts shortened
    50011: ("invalid_request", 400, "The redirect URI specified in the request does not match the redirect URIs configured for the application."),
    50057: ("invalid_grant", 400, "The user account is disabled."),
    50076: ("invalid_grant", 400, "Due to a configuration change made by your administrator, you must use multi-factor authentication."),
    50173: ("invalid_grant", 400, "The provided grant has expired due to it being revoked, a fresh auth token is needed."),
    53003: ("invalid_grant", 400, "Access has been blocked by Conditional Access policies."),
    54005: ("invalid_grant", 400, "OAuth2 Authorization code was already redeemed, please retry with a new valid code."),
    65001: ("invalid_grant", 400, "The user or administrator has not consented to use the application."),
    65004: ("access_denied", 400, "User declined to consent to access the app."),
    70000: ("invalid_grant", 400, "The provided grant is invalid or malformed."),
    70003: ("unsupported_grant_type", 400, "The app requested an unsupported grant type."),
    70008: ("invalid_grant", 400, "The provided authorization code or refresh token has expired due to inactivity."),
    70011: ("invalid_scope", 400, "The provided value for the input parameter 'scope' is not valid."),
    70016: ("authorization_pending", 400, "OAuth 2.0 device flow error. Authorization is pending. Continue polling."),
    70018: ("bad_verification_code", 400, "Invalid verification code."),
    70020: ("expired_token", 400, "The provided value for the input parameter 'device_code' is not valid. This device code has expired."),
    90002: ("invalid_request", 400, "Tenant not found. Check to make sure you have the correct tenant ID."),
    90033: ("temporarily_unavailable", 503, "A transient error has occurred. Please try again."),
    90055: ("temporarily_unavailable", 429, "There are too many incoming requests."),
    500112: ("invalid_client", 400, "The reply address does not match the reply address provided when requesting Authorization code."),
    501481: ("invalid_grant", 400, "The Code_Verifier does not match the code_challenge supplied in the authorization request."),
    700005: ("invalid_grant", 400, "Provided Authorization Code is intended to use against other tenant, thus rejected."),
    700016: ("unauthorized_client", 400, "Application was not found in the directory."),
    700022: ("invalid_scope", 400, "The scope is not valid because it contains more than one resource."),
    700024: ("invalid_client", 401, "Client assertion is not within its valid time range."),
    700025: ("invalid_client", 401, "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."),
    700027: ("invalid_client", 401, "The certificate with identifier used to sign the client assertion is not registered on application, or the signature is wrong."),
    700082: ("invalid_grant", 400, "The refresh token has expired due to inactivity."),
    900144: ("invalid_request", 400, "The request body must contain the following parameter."),
    1002012: ("invalid_scope", 400, "Client credential flows must have a scope value with /.default suffixed to the resource identifier."),
    7000215: ("invalid_client", 401, "Invalid client secret provided."),
    7000218: ("invalid_client", 401, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."),
    7000222: ("invalid_client", 401, "The provided client secret keys for the app are expired."),
    9002313: ("invalid_grant", 400, "Invalid request. Request is malformed or invalid."),
}
S, LOCK = copy.deepcopy(DEFAULT), threading.RLock()
CODES, REFRESH, DEVICES, LOG = {}, {}, {}, []

def now(): return int(time.time()) + S["clock"]
def b64(b): return base64.urlsafe_b64encode(b).rstrip(b"=").decode()
def unb64(s): return base64.urlsafe_b64decode(s + "=" * (-len(s) % 4))
def jwt(claims):
    signing = b64(json.dumps(dict(typ="JWT", alg="RS256", kid="default")).encode()) + "." + b64(json.dumps(claims).encode())
    return signing + "." + b64(KEY.sign(signing.encode(), padding.PKCS1v15(), hashes.SHA256()))

class Refused(Exception):
    """an answer in Microsoft's form"""
    def __init__(self, code, more="", error=None):
        name, self.status, text = ERRORS.get(code, ("invalid_grant", 400, "Some error."))
        ids = [str(uuid.uuid4()) for _ in range(2)]; at = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(now()))
        self.body = dict(error=error or name, error_description=f"AADSTS{code}: {text}{' ' + more if more else ''} Trace ID: {ids[0]} Correlation ID: {ids[1]} Timestamp: {at}",
            error_codes=[code], timestamp=at, trace_id=ids[0], correlation_id=ids[1], error_uri=f"https://login.microsoftonline.com/error?code={code}")
        self.code = code

def check_tenant(t):
    if t not in S["tenants"]: raise Refused(90002, f"Tenant '{t}'.")
def need(f, *names):
    for n in names:
        if not f.get(n): raise Refused(900144, f"'{n}'.")
def same_redirect(a, b):
    a, b = urlsplit(a), urlsplit(b); local = a.hostname in ("localhost", "127.0.0.1") and a.hostname == b.hostname
    return (a.scheme, a.hostname, a.path, a.query) == (b.scheme, b.hostname, b.path, b.query) and (local or a.port == b.port)
def scopes(text, app_only=False):
    """the granted resource scopes; refuses unknown and mixed resources"""
    asked = text.split(); res = [s for s in asked if s not in OIDC]
    if app_only:
        if len(res) != 1 or not res[0].endswith("/.default"): raise Refused(1002012)
    if any(not s.startswith(RESOURCES) for s in res): raise Refused(70011, f"The scope '{text}' is not valid.")
    if len({urlsplit(s).hostname for s in res}) > 1: raise Refused(700022)
    return [s for s in asked if s != "offline_access" and s.rsplit("/", 1)[-1] not in S["withhold"]]

def check_assertion(app, f, token_url):
    """RFC 7523: the client proves itself with a JWT signed by the key of its registered certificate"""
    try:
        h, p, sig = f["client_assertion"].split("."); head, claims = json.loads(unb64(h)), json.loads(unb64(p))
        cert = x509.load_pem_x509_certificate(open(app["certificate"], "rb").read()); der = cert.public_bytes(serialization.Encoding.DER)
        if f.get("client_assertion_type") != JWT_BEARER: raise ValueError("client_assertion_type")
        if not (head.get("x5t") == b64(hashlib.sha1(der).digest()) or head.get("x5t#S256") == b64(hashlib.sha256(der).digest())): raise ValueError("no certificate with this x5t or x5t#S256")
        if not (claims["iss"] == claims["sub"] == f["client_id"]): raise ValueError("iss and sub must be the client id")
        if claims["aud"] != token_url: raise ValueError(f"aud must be {token_url}")
        if not claims.get("nbf", 0) - 300 <= now() < claims["exp"]: raise Refused(700024)
        pad = {"RS256": padding.PKCS1v15(), "PS256": padding.PSS(padding.MGF1(hashes.SHA256()), 32)}[head["alg"]]
        cert.public_key().verify(unb64(sig), (h + "." + p).encode(), pad, hashes.SHA256())
    except Refused: raise
    except Exception as e: raise Refused(700027, f"[{type(e).__name__}: {e}]")
def check_client(f, auth, token_url, flow):
    if auth.startswith("Basic "): f["client_id"], _, f["client_secret"] = (unquote(x) for x in base64.b64decode(auth[6:]).decode().partition(":"))
    need(f, "client_id"); app = S["apps"].get(f["client_id"])
    if not app: raise Refused(700016, f"Identifier '{f['client_id']}'.")
    if not app["secret"] and (f.get("client_secret") or f.get("client_assertion")): raise Refused(700025)
    if f.get("client_assertion"): return check_assertion(app, f, token_url)
    if f.get("client_secret"):
        if f["client_secret"] in S["expired_secrets"]: raise Refused(7000222)
        if f["client_secret"] != app["secret"]: raise Refused(7000215)
    elif not (app["public"] and (flow == "device" or not app["secret"])): raise Refused(7000218)

def answer(base, tenant, client, user, granted, asked, nonce=None, flow="code", old=None):
    """the good token answer; `old` is the refresh token just used"""
    t = now(); app_only = flow == "app"; oid = str(uuid.uuid5(uuid.NAMESPACE_DNS, user)); tid = S["tenants"][-1] if tenant in ("common", "organizations") else tenant
    who = dict(preferred_username=user, oid=oid, tid=tid, ver="2.0"); times = dict(iat=t, nbf=t, exp=t + S["ttl"])
    rights = {"roles": ["IMAP.AccessAsApp", "POP.AccessAsApp", "SMTP.SendAsApp"]} if app_only else {"scp": " ".join(s.rsplit("/", 1)[-1] for s in granted if s not in OIDC)}
    access = jwt(dict(aud="https://outlook.office.com", iss=f"{base}/{tid}/v2.0", appid=client, sub=user, upn=user, jti=secrets.token_hex(8), **who, **times, **rights))
    a = dict(token_type="Bearer", scope=" ".join(granted), expires_in=S["ttl"], ext_expires_in=S["ttl"], access_token=access)
    if app_only: del a["scope"]
    if "offline_access" in asked.split():
        if not (old and S["rotation"] == "none"):
            new = "0." + secrets.token_urlsafe(48); REFRESH[new] = dict(client=client, user=user, tenant=tenant, asked=asked, flow=flow, until=t + S["refresh_ttl"], state="good")
            if old and S["rotation"] == "strict": REFRESH[old]["state"] = "used"
        else: new = old
        a["refresh_token"] = new
    if "openid" in asked.split():
        more = ({"email": user} if "email" in asked.split() else {}) | ({"nonce": nonce} if nonce else {})
        a["id_token"] = jwt(dict(aud=client, iss=f"{base}/{tid}/v2.0", sub=oid, name=S["users"].get(user, user), **more, **who, **times))
    a.update(S["patch"]); return {k: v for k, v in a.items() if v is not None}

def token(base, tenant, f, auth):
    check_tenant(tenant); need(f, "grant_type"); grant = f["grant_type"]; r = REFRESH.get(f.get("refresh_token"))
    check_client(f, auth, f"{base}/{tenant}/oauth2/v2.0/token", "device" if grant == DEVICE or (grant == "refresh_token" and r and r["flow"] == "device") else "code")
    client = f["client_id"]
    if grant == "client_credentials":
        need(f, "scope"); return answer(base, tenant, client, S["app_mailbox"], scopes(f["scope"], True), f["scope"].replace("offline_access", ""), flow="app")
    if grant == "authorization_code":
        need(f, "code", "redirect_uri"); c = CODES.get(f["code"])
        if not c: raise Refused(9002313)
        if c["used"]: raise Refused(54005)
        if c["until"] <= now(): raise Refused(70008)
        if c["client"] != client: raise Refused(70000, "The code was issued to another client.")
        if c["tenant"] != tenant: raise Refused(700005)
        if c["redirect"] != f["redirect_uri"]: raise Refused(500112)
        v = f.get("code_verifier", "")
        if c["challenge"] and c["challenge"] != (b64(hashlib.sha256(v.encode()).digest()) if c["method"] == "S256" else v): raise Refused(501481)
        asked = f.get("scope") or c["scope"]; granted = scopes(asked); c["used"] = True
        return answer(base, tenant, client, c["user"], granted, c["scope"], c["nonce"])
    if grant == "refresh_token":
        need(f, "refresh_token")
        if not r: raise Refused(9002313)
        if r["client"] != client: raise Refused(70000, "The refresh token was issued to another client.")
        if r["state"] == "revoked": raise Refused(50173)
        if r["state"] == "used": raise Refused(70000, "The refresh token was used before.")
        if r["until"] <= now(): raise Refused(700082)
        return answer(base, tenant, client, r["user"], scopes(f.get("scope") or r["asked"]), r["asked"], flow=r["flow"], old=f["refresh_token"])
    if grant == DEVICE:
        need(f, "device_code"); d = DEVICES.get(f["device_code"])
        if not d: raise Refused(70018)
        if d["until"] <= now(): raise Refused(70020)
        early = time.time() - d["last"] < S["interval"] - .5; d["last"] = time.time()
        if d["answer"] is None: raise Refused(70016, error="slow_down" if early else None)
        if d["answer"] == "deny": raise Refused(65004, error="authorization_declined")
        del DEVICES[f["device_code"]]; return answer(base, tenant, client, d["answer"], scopes(d["scope"]), d["scope"], flow="device")
    raise Refused(70003, f"'{grant}'.")

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"; server_version = "entra"; timeout = 60
    def log_message(self, *a): pass
    def date_time_string(self, t=None): return super().date_time_string(time.time() + S["clock"] if t is None else t)
    def reply(self, status, body, kind="application/json; charset=utf-8", **headers):
        b = json.dumps(body).encode() if isinstance(body, (dict, list)) else body.encode(); self.send_response(status)
        for k, v in dict(Content_Type=kind, Content_Length=str(len(b)), Cache_Control="no-store", **headers).items(): self.send_header(k.replace("_", "-"), v)
        self.end_headers(); self.wfile.write(b)
    def page(self, status, title, inner): self.reply(status, f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1>{inner}</html>", "text/html; charset=utf-8")
    def chooser(self, title, hidden="", hint=""):
        users = "".join(f'<p><button name="user" value="{html.escape(u)}"{" autofocus" if u == hint else ""}>{html.escape(n)} ({html.escape(u)})</button></p>' for u, n in S["users"].items())
        self.page(200, title, f'<form method="post">{hidden}{users}<p><button name="user" value="deny">Cancel</button></p></form>')
    def redirect(self, to, **q): self.reply(302, "", "text/html", Location=to + ("&" if "?" in to else "?") + urlencode({k: v for k, v in q.items() if v}))

    def fail(self, n):
        """gives a prepared bad answer; True where the good one is to follow"""
        kind = str(n["kind"])
        if kind == "slow": time.sleep(n.get("seconds", 30)); return True
        if kind == "429": self.reply(429, Refused(90055).body, Retry_After=str(n.get("retry_after", 1)))
        elif kind.isdigit(): self.reply(int(kind), Refused(90033).body, **({"Location": n["location"]} if "location" in n else {}))
        elif kind == "error": e = Refused(int(n["code"]), error=n.get("error")); self.reply(e.status, e.body)
        elif kind == "html": self.reply(200, "<html><body>Sign in to the network</body></html>", "text/html")
        elif kind == "empty": self.reply(200, "")
        elif kind == "cut":
            self.send_response(200); self.send_header("Content-Length", "5000"); self.end_headers(); self.wfile.write(b'{"access_token":"ey'); self.close_connection = True
        elif kind == "drop": self.close_connection = True
        elif kind == "huge":
            size = n.get("bytes", 64 << 20); self.send_response(200)
            self.send_header("Content-Type", "application/json"); self.send_header("Content-Length", str(size)); self.end_headers(); self.wfile.write(b'{"access_token":"')
            for left in range(size - 17, 0, -65536): self.wfile.write(b"A" * min(left, 65536))
    def do_GET(self): self.handle_request({})
    def do_POST(self):
        raw = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 1 << 20)).decode("utf-8", "replace")
        self.handle_request(json.loads(raw) if self.path == "/_control" else dict(parse_qsl(raw, keep_blank_values=True)))
    def handle_request(self, f):
        u = urlsplit(self.path); q = dict(parse_qsl(u.query)); parts = u.path.strip("/").split("/"); tenant = parts[0]; rest = "/".join(parts[1:])
        base = ("https" if isinstance(self.connection, ssl.SSLSocket) else "http") + "://" + self.headers.get("Host", f"localhost:{PORT}")
        try:
            if u.path == "/_control": return self.control(f)
            if u.path == "/devicelogin": return self.device_login({**q, **f})
            if rest == "oauth2/v2.0/token" and self.command == "POST":
                with LOCK: n = S["next"].pop(0) if S["next"] else None
                if n and not n.get("after") and not self.fail(n): LOG.append(dict(grant=f.get("grant_type"), client=f.get("client_id"), at=now(), result=str(n["kind"]))); return
                entry = dict(grant=f.get("grant_type"), client=f.get("client_id"), scope=f.get("scope"), at=now(), result="ok")
                try:
                    with LOCK: a = token(base, tenant, f, self.headers.get("Authorization", ""))
                except Refused as e: entry["result"] = e.code; raise
                finally: LOG.append(entry)
                if n and n.get("after") and not self.fail(n): return   # done here, but the client never learns of it
                return self.reply(200, a)
            if rest == "oauth2/v2.0/authorize": return self.authorize(tenant, q, f)
            if rest == "oauth2/v2.0/devicecode" and self.command == "POST":
                check_tenant(tenant); need(f, "client_id", "scope"); app = S["apps"].get(f["client_id"])
                if not app: raise Refused(700016)
                if not app["public"]: raise Refused(7000218)
                scopes(f["scope"]); code, user = secrets.token_urlsafe(48), "".join(secrets.choice("BCDFGHJKLMNPQRSTVWXZ23456789") for _ in range(9))
                DEVICES[code] = dict(user_code=user, scope=f["scope"], until=now() + S["device_ttl"], last=0, answer=None); where = f"{base}/devicelogin"
                return self.reply(200, dict(user_code=user, device_code=code, verification_uri=where, expires_in=S["device_ttl"], interval=S["interval"],
                    message=f"To sign in, use a web browser to open the page {where} and enter the code {user} to authenticate."))
            if rest == "oauth2/v2.0/logout": return self.redirect(q["post_logout_redirect_uri"]) if "post_logout_redirect_uri" in q else self.page(200, "You signed out of your account", "")
            if rest == "v2.0/.well-known/openid-configuration":
                check_tenant(tenant); o = f"{base}/{tenant}/oauth2/v2.0"
                return self.reply(200, dict(issuer=f"{base}/{tenant}/v2.0", authorization_endpoint=o + "/authorize", token_endpoint=o + "/token",
                    device_authorization_endpoint=o + "/devicecode", end_session_endpoint=o + "/logout", jwks_uri=f"{base}/{tenant}/discovery/v2.0/keys",
                    response_types_supported=["code"], code_challenge_methods_supported=["S256", "plain"], token_endpoint_auth_methods_supported=["client_secret_post", "client_secret_basic", "private_key_jwt"]))
            if rest == "discovery/v2.0/keys":
                p = KEY.public_key().public_numbers(); return self.reply(200, dict(keys=[dict(kty="RSA", use="sig", alg="RS256", kid="default", n=b64(p.n.to_bytes(256, "big")), e=b64(p.e.to_bytes(3, "big")))]))
            self.reply(404, dict(error="not_found"))
        except Refused as e:
            if self.command == "POST" and "authorize" not in u.path: self.reply(e.status, e.body)
            else: self.page(e.status, "Sign in: sorry, but we're having trouble signing you in", html.escape(e.body["error_description"]))
        except (BrokenPipeError, ConnectionResetError): self.close_connection = True
    def authorize(self, tenant, q, f):
        check_tenant(tenant); need(q, "client_id", "redirect_uri", "response_type"); app = S["apps"].get(q["client_id"])
        if not app: raise Refused(700016, f"Identifier '{q['client_id']}'.")
        if not any(same_redirect(q["redirect_uri"], r) for r in app["redirects"]): raise Refused(50011, f"'{q['redirect_uri']}'.")
        def back(**a): self.redirect(q["redirect_uri"], state=q.get("state"), **a)
        try: need(q, "scope"); scopes(q["scope"])
        except Refused as e: return back(error=e.body["error"], error_description=e.body["error_description"])
        if not app["secret"] and "code_challenge" not in q: e = Refused(9002313, "PKCE is required."); return back(error="invalid_request", error_description=e.body["error_description"])
        user = f.get("user") or S["auto"]
        if not user: return self.chooser("Pick an account", hint=q.get("login_hint", ""))
        if user == "deny": return back(error="access_denied", error_subcode="cancel", error_description=Refused(65004).body["error_description"])
        code = "1." + secrets.token_urlsafe(48); CODES[code] = dict(client=q["client_id"], tenant=tenant, redirect=q["redirect_uri"], challenge=q.get("code_challenge"), method=q.get("code_challenge_method", "plain"),
            scope=q["scope"], user=user, nonce=q.get("nonce"), until=now() + S["code_ttl"], used=False)
        back(code=code, session_state=str(uuid.uuid4()))
    def device_login(self, f):
        d = next((d for d in DEVICES.values() if d["user_code"] == f.get("code", "").strip().upper()), None)
        if not d: return self.page(200, "Enter code", ("<p>That code didn't work.</p>" if f.get("code") else "") + '<form method="post"><input name="code" autofocus> <button>Next</button></form>')
        if not f.get("user"): return self.chooser("Pick an account", f'<input type="hidden" name="code" value="{d["user_code"]}">')
        d["answer"] = f["user"]; self.page(200, "You have declined" if f["user"] == "deny" else "You have signed in", "<p>You may now close this window.</p>")
    def control(self, f):
        with LOCK:
            if f.pop("reset", False):
                S.clear(); S.update(copy.deepcopy(DEFAULT))
                for x in (CODES, REFRESH, DEVICES, LOG): x.clear()
            who = f.pop("revoke", None)   # "all", a user name or a refresh token
            for t, r in REFRESH.items():
                if who in ("all", r["user"], t): r["state"] = "revoked"
            n = f.pop("next", [])         # {"kind": "429", "n": 3, ...} or a list of such
            for x in n if isinstance(n, list) else [n]: S["next"] += [x] * x.get("n", 1)
            wrong = [k for k in f if k not in S]
            if wrong: return self.reply(400, dict(error=f"unknown: {wrong}; known: {sorted(S)}"))
            S.update(f); self.reply(200, dict(**S, log=LOG, refresh={t: r for t, r in REFRESH.items()}, time=now()))

class Server(ThreadingHTTPServer):
    daemon_threads = True; request_queue_size = 128
    def handle_error(self, request, address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, ssl.SSLError, TimeoutError)): super().handle_error(request, address)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); tls.load_cert_chain(f"{DIR}/tls/srv.pem", f"{DIR}/tls/srv.key")
https = Server(("127.0.0.1", PORT + 1), Handler); https.socket = tls.wrap_socket(https.socket, server_side=True, do_handshake_on_connect=False)
threading.Thread(target=https.serve_forever, daemon=True).start()
Server(("127.0.0.1", PORT), Handler).serve_forever()
