using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Spine;

/// <summary>A reading reaches whoever listens, over each of the three ways, and only them.</summary>
[Collection(SpineCollection.Name)]
public sealed class LiveTests(SpineWard spine)
{
    private readonly DemoWard _ward = spine.Ward;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task The_socket_gives_a_frame_per_reading_in_order_with_the_whole_current_set()
    {
        const int count = 60;
        var device = _ward.TakeDevice();
        using var socket = await VitalsListener.OpenAsync(_ward.Server, $"/ws/vitals?patient={device.Patient}", _ward.Token, Cancellation);
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(device.Seal(Now, "\"spo2\":97"), 1, Cancellation)).ShouldNotBeNull();
        var at = Now;
        for (var i = 0; i < count; i++)
        {
            link.Queue(device.Seal(at.AddTicks(i * 10), $"\"hr\":{50 + i}"), (ushort)(i + 2));
        }

        await link.FlushAsync(Cancellation);
        var first = await socket.NextAsync(Cancellation);
        var sequence = first.GetProperty("seq").GetInt64();
        for (var i = 0; i < count; i++)
        {
            var frame = await socket.NextAsync(Cancellation);
            frame.GetProperty("patient").GetString().ShouldBe(device.Patient);
            frame.GetProperty("device").GetString().ShouldBe(device.Id);
            frame.GetProperty("seq").GetInt64().ShouldBe(++sequence);
            var vitals = frame.GetProperty("vitals");
            vitals.GetProperty("hr").GetProperty("value").GetDouble().ShouldBe(50 + i);
            vitals.GetProperty("spo2").GetProperty("value").GetDouble().ShouldBe(97);
            vitals.GetProperty("hr").GetProperty("state").GetString().ShouldBe("live");
            frame.GetProperty("late").GetBoolean().ShouldBeFalse();
            frame.GetProperty("anomaly").GetProperty("completeness").GetDouble().ShouldBeInRange(0, 1);
            frame.GetProperty("news2").GetProperty("complete").GetBoolean().ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_listener_of_one_ward_or_patient_hears_no_other()
    {
        var devices = new[] { _ward.TakeDevice(), _ward.TakeDevice(), _ward.TakeDevice() };
        var wards = devices.Select(device => device.Topic.Split('/')[3]).ToArray();
        var other = devices[0];
        while (other.Topic.Split('/')[3] == wards[0])
        {
            other = _ward.TakeDevice();
        }

        using var ofPatient = await VitalsListener.OpenAsync(_ward.Server, $"/ws/vitals?patient={devices[0].Patient}", _ward.Token, Cancellation);
        using var ofWard = await VitalsListener.OpenAsync(_ward.Server, $"/ws/vitals?ward={wards[0]}", _ward.Token, Cancellation);
        using var hubOfPatient = await HubListener.OpenAsync(_ward.Server, $"?patient={devices[0].Patient}", _ward.Token, Cancellation);
        foreach (var device in new[] { other, devices[1], devices[0] })
        {
            await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V311, Cancellation);
            (await link.PublishAsync(device.Seal(Now, "\"hr\":77"), 1, Cancellation)).ShouldNotBeNull();
        }

        (await ofPatient.NextAsync(Cancellation)).GetProperty("patient").GetString().ShouldBe(devices[0].Patient);
        (await hubOfPatient.NextAsync("VitalsUpdated", Cancellation)).GetProperty("patient").GetString().ShouldBe(devices[0].Patient);

        var heard = new List<string>();
        do
        {
            heard.Add((await ofWard.NextAsync(Cancellation)).GetProperty("patient").GetString()!);
        }
        while (heard[^1] != devices[0].Patient);
        heard.ShouldNotContain(other.Patient);
        if (wards[1] == wards[0])
        {
            heard.ShouldContain(devices[1].Patient);
        }
    }

    [Fact]
    public async Task The_hub_tells_of_a_reading_and_beats_when_nothing_happens()
    {
        var device = _ward.TakeDevice();
        using var hub = await HubListener.OpenAsync(_ward.Server, "", _ward.Token, Cancellation);
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(device.Seal(Now, "\"hr\":78,\"o2\":true"), 1, Cancellation)).ShouldNotBeNull();

        JsonElement update;
        do
        {
            update = await hub.NextAsync("VitalsUpdated", Cancellation);
        }
        while (update.GetProperty("patient").GetString() != device.Patient);
        update.GetProperty("vitals").GetProperty("hr").GetProperty("value").GetDouble().ShouldBe(78);
        update.GetProperty("vitals").GetProperty("o2").GetProperty("value").GetBoolean().ShouldBeTrue();
        (await hub.NextAsync("Heartbeat", Cancellation)).GetProperty("at").GetDateTimeOffset().ShouldBeInRange(Now.AddSeconds(-30), Now.AddSeconds(5));
    }

    [Fact]
    public async Task A_client_that_comes_back_with_its_last_event_misses_none()
    {
        var devices = new[] { _ward.TakeDevice(), _ward.TakeDevice(), _ward.TakeDevice() };
        string? last;
        using (var listener = await EventListener.OpenAsync(_ward.Client, "", lastEventId: null, Cancellation))
        {
            await SwitchOnAsync(devices[0]);
            last = (await listener.NextAsync(IsOnline(devices[0]), Cancellation)).Id.ShouldNotBeNull();
        }

        await SwitchOnAsync(devices[1]);
        await SwitchOnAsync(devices[2]);
        using (var again = await EventListener.OpenAsync(_ward.Client, "", last, Cancellation))
        {
            var second = await again.NextAsync(IsOnline(devices[1]), Cancellation);
            var third = await again.NextAsync(IsOnline(devices[2]), Cancellation);
            new[] { last, second.Id, third.Id }.Distinct(StringComparer.Ordinal).Count().ShouldBe(3);
        }

        // One patient's stream replays that patient's events only.
        using (var one = await EventListener.OpenAsync(_ward.Client, $"?patient={devices[2].Patient}", last, Cancellation))
        {
            (await one.NextAsync(item => item.Name == "status", Cancellation)).Data.GetProperty("patient").GetString().ShouldBe(devices[2].Patient);
        }

        using var lost = await EventListener.OpenAsync(_ward.Client, "", "1-1", Cancellation);
        (await lost.NextAsync(_ => true, Cancellation)).Name.ShouldBe("reset");
    }

    [Fact]
    public async Task Nobody_listens_without_a_good_token()
    {
        foreach (var token in new[] { null, "", "nonsense", _ward.Token[..^4] + "AAAA" })
        {
            (await Should.ThrowAsync<WebSocketException>(() => VitalsListener.OpenAsync(_ward.Server, "/ws/vitals", token, Cancellation))).Message.ShouldContain("401");
            (await Should.ThrowAsync<WebSocketException>(() => VitalsListener.OpenAsync(_ward.Server, "/hubs/ward", token, Cancellation))).Message.ShouldContain("401");
            using var stranger = _ward.Server.CreateClient();
            using var events = await stranger.GetAsync($"/sse/events?access_token={token}", HttpCompletionOption.ResponseHeadersRead, Cancellation);
            events.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            using var negotiation = await stranger.PostAsync($"/hubs/ward/negotiate?negotiateVersion=1&access_token={token}", content: null, Cancellation);
            negotiation.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

            // The query is for what cannot set headers, and for nothing else.
            using var page = await stranger.GetAsync($"/api/dashboard-data?access_token={_ward.Token}", Cancellation);
            page.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task A_socket_from_a_foreign_page_is_refused()
    {
        foreach (var path in new[] { "/ws/vitals", "/hubs/ward" })
        {
            var address = new Uri($"ws://localhost:{_ward.Server.HttpPort}{path}?access_token={_ward.Token}");
            foreach (var origin in new[] { "https://elsewhere.example", "null", $"http://localhost:{_ward.Server.HttpPort + 1}", $"http://localhost:{_ward.Server.HttpPort}.elsewhere.example" })
            {
                using var foreign = new ClientWebSocket();
                foreign.Options.SetRequestHeader("Origin", origin);
                (await Should.ThrowAsync<WebSocketException>(() => foreign.ConnectAsync(address, Cancellation), origin)).Message.ShouldContain("403");
            }

            using var own = new ClientWebSocket();
            own.Options.SetRequestHeader("Origin", $"http://localhost:{_ward.Server.HttpPort}");
            await own.ConnectAsync(address, Cancellation);
        }
    }

    [Fact]
    public async Task An_unknown_patient_has_no_stream()
    {
        (await Should.ThrowAsync<WebSocketException>(() => VitalsListener.OpenAsync(_ward.Server, "/ws/vitals?patient=p-9999", _ward.Token, Cancellation))).Message.ShouldContain("404");
        using var events = await _ward.Client.GetAsync("/sse/events?patient=p-9999", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        events.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var plain = await _ward.Client.GetAsync("/ws/vitals", Cancellation);
        plain.StatusCode.ShouldBe(HttpStatusCode.UpgradeRequired);
    }

    [Fact]
    public async Task A_device_that_stops_sending_is_told_as_silent_and_one_that_goes_as_offline()
    {
        var (quiet, gone) = (_ward.TakeDevice(), _ward.TakeDevice());
        using var listener = await EventListener.OpenAsync(_ward.Client, "", lastEventId: null, Cancellation);
        await using var link = await DeviceLink.OpenAsync(_ward.Server, quiet, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(quiet.Seal(Now, "\"hr\":79"), 1, Cancellation)).ShouldNotBeNull();
        await SwitchOnAsync(gone);

        var told = new Dictionary<string, string>(StringComparer.Ordinal);
        while (!told.ContainsKey(quiet.Patient) || !told.ContainsKey(gone.Patient))
        {
            var status = await listener.NextAsync(item => item.Name == "status", Cancellation);
            var state = status.Data.GetProperty("device").GetProperty("state").GetString()!;
            if (state != "online")
            {
                told[status.Data.GetProperty("patient").GetString()!] = state;
            }
        }

        told[quiet.Patient].ShouldBe("silent");
        told[gone.Patient].ShouldBe("offline");
    }

    private static Func<ServerEvent, bool> IsOnline(BedsideDevice device) => item =>
        item.Name == "status" && item.Data.GetProperty("patient").GetString() == device.Patient && item.Data.GetProperty("device").GetProperty("state").GetString() == "online";

    /// <summary>A device's first reading: its patient's state changes.</summary>
    private async Task SwitchOnAsync(BedsideDevice device)
    {
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(device.Seal(Now, "\"hr\":76"), 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
    }
}
