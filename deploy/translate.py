"""Translates a SAM template on standard input into CloudFormation's JSON, offline.

It does what `sam validate` has AWS do. `source` is the template itself.
"""
import json
import os
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class NoManagedPolicies:
    """The template names none; AWS would have to be asked for them."""

    def load(self):
        return {}


text = sys.stdin.read()
packaged = yaml_parse(text)
# `sam package` puts where the built functions lie here.
packaged["Globals"]["Function"]["CodeUri"] = "s3://bucket/functions.zip"
stack = transform(packaged, {}, NoManagedPolicies())
json.dump({"source": yaml_parse(text), "stack": stack}, sys.stdout)
