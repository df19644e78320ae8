"""The chat page: `ui.app` wires it, `ui.render` makes its HTML."""

import os

# Read by Gradio and its hub client while they are imported: nothing is to be sent anywhere.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
