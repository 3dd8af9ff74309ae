"""How fast the pipeline is, where its time goes, and what other tools do on the same text.

    corpus.py        invented yearbooks of any size, deterministic
    language.toml    the words and sentence patterns they are made of
    peers.py         other tools, each in an environment of its own
    peer_worker.py   the part of peers.py that runs inside such an environment
    stages.py        the pipeline's own stages, timed one by one
    run.py           the command: python -m benchmarks.run

Nothing here is imported by the pipeline or by its tests.
"""
