"""Carries out a list of jobs, given as JSON on stdin, with the reference tool for OpenSSF model signatures."""

import datetime
import json
import pathlib
import sys

import model_signing
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

CURVES = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1, "secp256k1": ec.SECP256K1}
NO_USAGE = dict.fromkeys(
    [
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ],
    False,
)
PURPOSES = {"code-signing": "1.3.6.1.5.5.7.3.3", "server": "1.3.6.1.5.5.7.3.1"}


def new_key(kind):
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(CURVES[kind]())


def write_key(key, path):
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def read_key(path):
    return serialization.load_pem_private_key(pathlib.Path(path).read_bytes(), None)


def make_key(job):
    key = new_key(job["kind"])
    write_key(key, pathlib.Path(job["private"]))
    pathlib.Path(job["public"]).write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def make_certificate(job):
    """Writes <name>.pem and <name>.key into a folder; issued by <issuer> of the same folder, or by itself."""
    folder = pathlib.Path(job["folder"])
    key = new_key(job.get("kind", "P-256"))
    write_key(key, folder / f"{job['name']}.key")
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, job.get("subject", job["name"]))])
    issuer, issuer_key = subject, key
    if "issuer" in job:
        issuer = x509.load_pem_x509_certificate((folder / f"{job['issuer']}.pem").read_bytes()).subject
        issuer_key = read_key(folder / f"{job['issuer']}.key")
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.datetime.fromisoformat(job.get("from", "2020-01-01T00:00:00+00:00")))
        .not_valid_after(datetime.datetime.fromisoformat(job.get("until", "2120-01-01T00:00:00+00:00")))
    )
    if "ca" in job:
        builder = builder.add_extension(x509.BasicConstraints(job["ca"], job.get("below")), critical=True)
    if "usage" in job:
        builder = builder.add_extension(
            x509.KeyUsage(**{**NO_USAGE, **dict.fromkeys(job["usage"], True)}), critical=True
        )
    if "purpose" in job:
        purposes = [x509.ObjectIdentifier(PURPOSES[purpose]) for purpose in job["purpose"]]
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if "demands" in job:
        builder = builder.add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier(job["demands"]), b"\x05\x00"), critical=True
        )
    algorithm = None if isinstance(issuer_key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    certificate = builder.sign(issuer_key, algorithm)
    (folder / f"{job['name']}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def hashing(job):
    ignored = [pathlib.Path(job["folder"]) / name for name in job.get("ignore", [])]
    config = model_signing.hashing.Config().set_ignored_paths(
        paths=[*ignored, pathlib.Path(job["signature"])], ignore_git_paths=job.get("git", True)
    )
    algorithm = job.get("hash", "sha256")
    if "shardBytes" in job:
        return config.use_shard_serialization(hashing_algorithm=algorithm, shard_size=job["shardBytes"])
    return config.use_file_serialization(hashing_algorithm=algorithm)


def sign(job):
    config = model_signing.signing.Config()
    if "certificate" in job:
        config.use_certificate_signer(
            private_key=job["private"],
            signing_certificate=job["certificate"],
            certificate_chain=job.get("chain", []),
        )
    else:
        config.use_elliptic_key_signer(private_key=job["private"])
    config.set_hashing_config(hashing(job)).sign(pathlib.Path(job["folder"]), pathlib.Path(job["signature"]))


def verify(job):
    config = model_signing.verifying.Config()
    if "authorities" in job:
        config.use_certificate_verifier(certificate_chain=job["authorities"])
    else:
        config.use_elliptic_key_verifier(public_key=job["public"])
    config.verify(pathlib.Path(job["folder"]), pathlib.Path(job["signature"]))


DOES = {"key": make_key, "certificate": make_certificate, "sign": sign, "verify": verify}


def carry_out(job):
    try:
        DOES[job["do"]](job)
        return {"ok": True, "error": ""}
    except Exception as error:
        return {"ok": False, "error": f"{type(error).__name__}: {error}"}


print(json.dumps([carry_out(job) for job in json.load(sys.stdin)]))
