"""Sample values that documentation prints and people copy; kept as checksums, so that no scanner stumbles over them."""

from __future__ import annotations

import zlib

_KNOWN = frozenset(
    (
        b"02c3bad7b1f0a402 07e175bde3a98424 08394327fc67c948 096d145e81ce5af7 0b6c560575b12fdc 0ba59abad7694bf2 "
        b"0bcef39d4245dcfc 0d7f1a39783b530f 0dac9702aca02ef9 0f945a27332e7e46 0fc657b9f709042f 12626dead118f636 "
        b"14fe805ac4f57703 154550676a068fc3 1bbf55383f73caf4 1ea213f15a0a52aa 1f358cbe0175f6b0 202f468fc87534b7 "
        b"2066bfe611d10e37 21ffd4cbbc57d463 22864cae7fa5afb7 235ab9efd077e05b 25cb1226b53c7cdf 269d4cead286ae09 "
        b"2a225a0fbfd8cd62 2bdd531afe0e3591 2d078e48bd459858 30be311b8595cc8d 31afd2d267aa844e 31f4b4d47e451cfb "
        b"33237b241d9e1624 3627aa8434f5a0e5 38438033c07523b0 390d2224c6a0eeb6 396d81429a95626c 3c178f9bf09e62f7 "
        b"3c5d7fda23c6d560 3c72212b82f94de5 3c93656a45b784e5 3d237a4a9932efe2 41534a7a6b852ca0 43be58cce7e0bd9f "
        b"45d45c084ba3d81e 485da0857df2dfed 494bda514dbb44f4 4dcbb038072ab366 4f042581fcbef2f9 51bc233833e3f95c "
        b"52bb4a82f4be62d5 5771bcf5eca9e1fc 58adc0054aed059f 5bcb435dd3671462 5c298136096a2bb6 5e5c427d53380d04 "
        b"5eda5d8b8112672a 6159ac906c4817ef 61bb80a5338c1e4e 699462da0aeb592e 6a4f782075b9b07e 6b66e8a80c59de8b "
        b"6b9463f8e8fc568c 6c8cb4a612c97eee 6d0d2fc49232a6ad 6ddd3d8657be621b 6e5492a20cd91e4e 7089d7610121dd02 "
        b"70de103da92844e2 73b43468b30600e2 76cf21c49d70a8d6 776de070dc23bba5 779eb5f10ee309de 77ab892d96a4e8ff "
        b"7a77589df15867ad 7aa120d59e16dcbd 8403652ef18c57aa 86efbaddb176a8e0 87707360d3b881f4 877d5892531f788d "
        b"8bba2bd4cf044a07 8f6ba61637704317 908891f9e6f6b3e7 932aa8be4bed5fed 94bb94f9bfbe08ef 9855da432e072b08 "
        b"9b29db26ec1c806b 9e49269d0add65f1 a494f1ec66cde4b7 a8b108b33c7863dc ab4d2e478d76e454 ac994ac92cbb2439 "
        b"acea406b461ad29a ad2b0a0415ba7eeb afe8ff3ee8c41e6a b31a6a624165cf87 b4a1ffd1ce9409a2 b4cbd586f4fd0adf "
        b"b6e61e46fdd4a086 b8c4ba59f1c97a71 b9093f1a60b5fc54 bd0ca09b040ed00c beff13fc8d36b19f c05bddc891ed7e19 "
        b"c1fc6b35ff499edc c3f0aa471a14e028 cea678867ebe7b5f d43b7b4470a7cfbd d465a41a707136f0 d7579d97d08f3836 "
        b"d7c6c7bba216f91e debce90441282348 e0318833aa60c0e1 e0c43a6d483cb12c e379cea5e2f3baca e3d5effa0564e0be "
        b"e506acd32ab8cc15 e51a4fd5c5518130 eedb157e2113839f ef8c5b51e11ea254 f09056361a095825 f252764809bd40c7 "
        b"fa271ce2ca272975 fb0a60088db96536 fbc4722142b89987 fd12c4d67c701c7c fe10befc1029ce22 fece05567e9e4223 "
        b"ffddd18993f9af38 6add4985572f0eb2 afa4c233b31dc8c3 161327a1508ff112 3bc14be4b7871a2d 8274963c4cb319ee"
        b" 651e591253add517 827245b6068398b0"
        b" 37c578a6e6406701 3952ec7585ef67d1 fdf9915cc882eea8 9a3fecf27ae9c3db"
        b" 1a61495472fcafa1 2cc0c1cf33ab6eda 339254ac36ffe7ad 3b54221abcfab16e 847f2551e9948be0 8c0ba97ea46bff2e"
        b" a922800a0ed61267 b5ddd3aac3d9c4be c0a46ad2a3b78cd0 cf36d6bd12a57476 e630d77faf277192 e716e9321bbb67c8"
        b" e9a277887a1b3a96"
    ).split()
)
"""CRC32 of the value and of the value backwards.

From AWS's IAM guide, jwt.io, Stripe's API reference, Azurite's and the Cosmos DB emulator's accounts, Flask's, Yarn's
reCAPTCHA's and Firebase's documentation and samples, GitHub's on OAuth, Kubernetes' on bootstrap tokens, Hardhat's
first accounts, FIPS 197, SP 800-38A, RFC 5849, 6455, 6749, 6750, 7515, 7517, 7591, 7617, 7636, OpenID Connect Core, and
hashes of the empty text and of the commonest passwords, Docker's on swarms, FastAPI's and NextAuth.js's on passwords
and sessions, JWT.NET's,
Laravel's first users and Apache's first password file, the AWS CLI's examples, Cloudflare's documentation, that of
requests-oauthlib and of Python's urllib, Pusher's on signatures, the Docker registry's on S3, Stripe's on payments, and
what Alfresco, APISIX, Grafana, MinIO and the USGCB's kickstart are set up with.
"""


def is_published(value: bytes) -> bool:
    """Whether the value is a documented example that is no secret of anybody."""
    return b"%08x%08x" % (zlib.crc32(value), zlib.crc32(value[::-1])) in _KNOWN
