class DKIM:
    headers: list[tuple[bytes, bytes]]
    keysize: int
    ktag: bytes
    seqtlsrpt: bool
    pk: object
    def __init__(self, message: bytes | None = None, *, minkey: int = 1024) -> None: ...
    def verify_sig_process(
        self, sig: dict[bytes, bytes], include_headers: list[bytes], sig_header: tuple[bytes, bytes], dnsfunc: None
    ) -> bool: ...
