// Publishes one file at QoS 1 with MQTT.js and prints how the server answered: `success`, `refused 135` (PUBACK), or `connect refused 134`.
// Arguments: version (4 or 5), port, authority's PEM, device, token, topic, file.
import { readFileSync } from 'node:fs'
import mqtt from 'mqtt'

const [version, port, authority, device, token, topic, file] = process.argv.slice(2)
const client = mqtt.connect({
  protocol: 'mqtts',
  host: 'localhost',
  port: Number(port),
  ca: readFileSync(authority),
  protocolVersion: Number(version),
  clientId: device,
  username: device,
  password: token,
  reconnectPeriod: 0,
})

const end = (text, code) => {
  console.log(text)
  client.end(true, () => process.exit(code))
}
client.on('error', (error) => end(`connect refused ${error.code ?? error.message}`, 2))
client.on('connect', () =>
  client.publish(topic, readFileSync(file), { qos: 1 }, (error) =>
    error ? end(`refused ${error.code ?? error.message}`, 1) : end('success', 0),
  ),
)
