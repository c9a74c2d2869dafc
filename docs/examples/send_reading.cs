#!/usr/bin/env dotnet
#:project ../../src/Wardwatch.Devices/Wardwatch.Devices.csproj
#:property PublishAot=false

// Sends one reading as a bedside device does, and prints what the server answers:
//
//     dotnet run docs/examples/send_reading.cs -- data-demo 8883 T-101 hr=128 spo2=91
//
// Keys, token and topic come from device-keys.json, the authority that is trusted from ca.pem, both in the data folder.

using System.Buffers;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Wardwatch.Devices.Ascon;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Devices.Mqtt;
using Wardwatch.Devices.Payloads;

if (args.Length < 4)
{
    Console.Error.WriteLine("Use: dotnet run send_reading.cs -- FOLDER PORT DEVICE hr=72 spo2=97 …");
    return 2;
}

var (folder, port, device) = (args[0], int.Parse(args[1], CultureInfo.InvariantCulture), args[2]);
var entry = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "device-keys.json"))).RootElement.EnumerateArray()
    .First(candidate => candidate.GetProperty("device").GetString() == device);
var topic = Encoding.UTF8.GetBytes(entry.GetProperty("topic").GetString()!);

// The payload, and the envelope around it. A fresh boot id at each start: no nonce is ever used twice.
var payload = new VitalsPayload { MeasuredAt = MeasurementTimes.ToUnixMicroseconds(TimeProvider.System.GetUtcNow()) };
foreach (var pair in args[3..].Select(text => text.Split('=')))
{
    if (!Vitals.TryFromWireName(Encoding.UTF8.GetBytes(pair[0]), out var kind))
    {
        Console.Error.WriteLine($"{pair[0]} is no vital sign.");
        return 2;
    }

    payload.Set(kind, double.Parse(pair[1], CultureInfo.InvariantCulture));
}

var json = new byte[VitalsReader.MaxBytes];
var length = VitalsWriter.Write(in payload, json);
var header = new EnvelopeHeader(EnvelopeKind.Vitals, entry.GetProperty("keyId").GetUInt32(), BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)), Counter: 1);
var envelope = new byte[length + Envelope.Overhead];
Envelope.Seal(AeadCipher.Create(AeadAlgorithm.AsconAead128, Convert.FromHexString(entry.GetProperty("key").GetString()!)), in header, topic, json.AsSpan(0, length), envelope);

// TLS to this machine, trusting the installation's own authority and nobody else.
using var tcp = new TcpClient("localhost", port);
await using var tls = new SslStream(tcp.GetStream());
var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
trust.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "ca.pem")));
await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = trust });

var id = Encoding.UTF8.GetBytes(device);
var output = new ArrayBufferWriter<byte>();
MqttWriter.Write(output, new ConnectPacket
{
    CleanStart = true,
    KeepAlive = 30,
    ClientId = id,
    HasUserName = true,
    UserName = id,
    HasPassword = true,
    Password = Encoding.UTF8.GetBytes(entry.GetProperty("token").GetString()!),
}, MqttVersion.V500);
MqttWriter.Write(output, new PublishPacket { Topic = topic, Qos = QualityOfService.AtLeastOnce, PacketId = 1, Payload = envelope }, MqttVersion.V500);
await tls.WriteAsync(output.WrittenMemory);

// CONNACK, then PUBACK: each short enough that its length is one byte.
for (var answer = 0; answer < 2; answer++)
{
    var start = new byte[2];
    await tls.ReadExactlyAsync(start);
    var body = new byte[start[1]];
    await tls.ReadExactlyAsync(body);
    var name = start[0] == 0x20 ? "CONNACK" : start[0] == 0x40 ? "PUBACK" : "DISCONNECT";
    var reason = name switch { "CONNACK" => body[1], "PUBACK" => body.Length > 2 ? body[2] : (byte)0, _ => body.Length > 0 ? body[0] : (byte)0 };
    Console.WriteLine($"{name} 0x{reason:x2} {(MqttReason)reason}");
    if (reason >= 0x80) return 1;
}

return 0;
