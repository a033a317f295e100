"""A moto server that keeps what it has: its first argument is a file, which it
reads when it starts and writes when SIGTERM ends it. The other arguments are
moto_server's own."""

import copyreg
import os
import pickle
import sys
import threading

from moto.backends import get_backend
from moto.server import main

SERVICES = ["dynamodb", "sqs", "secretsmanager"]

# A queue has a lock, which nobody holds once the server has ended.
copyreg.pickle(threading.Condition, lambda _: (threading.Condition, ()))

path = sys.argv.pop(1)
if os.path.exists(path):
    with open(path, "rb") as file:
        for service, backends in pickle.load(file).items():
            for account, region, backend in backends:
                dict.__setitem__(get_backend(service)[account], region, backend)
try:
    main()
finally:
    kept = {service: list(get_backend(service).iter_backends()) for service in SERVICES}
    with open(path + ".new", "wb") as file:
        pickle.dump(kept, file)
    os.replace(path + ".new", path)
