"""
The example below a stage, so that it can be in an account beside another one.

    cdk deploy --app "python -m tests.e2e.support.prefixed" -c stage=Name
"""

from __future__ import annotations

import aws_cdk as cdk

from examples.app import orders

if __name__ == "__main__":
    app = cdk.App()
    orders(cdk.Stage(app, app.node.get_context("stage")))
    app.synth()
