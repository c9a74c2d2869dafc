"""Publishes one file at QoS 1 with Paho and prints how the server answered: `success`, `connect refused N`, or `no answer`.

Arguments: version (4 or 5), port, authority's PEM, device, token, topic, file.
"""
import sys
import threading

import paho.mqtt.client as mqtt

version, port, authority, device, token, topic, path = sys.argv[1:]
arguments = {"client_id": device, "protocol": int(version)}
if hasattr(mqtt, "CallbackAPIVersion"):  # from Paho 2.0 on
    arguments["callback_api_version"] = mqtt.CallbackAPIVersion.VERSION1
client = mqtt.Client(**arguments)
client.username_pw_set(device, token)
client.tls_set(ca_certs=authority)

connected = threading.Event()
refusals = []


def on_connect(_client, _userdata, _flags, reason, *_):
    code = getattr(reason, "value", reason)
    if code:
        refusals.append(code)
    connected.set()


client.on_connect = on_connect
client.connect("localhost", int(port))
client.loop_start()
answered = connected.wait(20)
if refusals:
    print("connect refused", refusals[0])
    sys.exit(2)
if not answered:
    print("no answer")
    sys.exit(3)
with open(path, "rb") as file:
    message = client.publish(topic, file.read(), qos=1)
message.wait_for_publish(20)
print("success" if message.is_published() else "no answer")
client.disconnect()
client.loop_stop()
