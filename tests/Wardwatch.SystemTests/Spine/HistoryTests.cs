using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Spine;

/// <summary>What was stored comes back: by range, page by page, in buckets; and a late reading finds its patient.</summary>
[Collection(SpineCollection.Name)]
public sealed class HistoryTests(SpineWard spine)
{
    private readonly DemoWard _ward = spine.Ward;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task A_range_comes_back_whole_page_by_page_with_its_end_left_out()
    {
        var device = _ward.TakeDevice();
        var start = Whole(Now.AddHours(-2));
        await PublishAsync(device, Enumerable.Range(0, 150).Select(i => (start.AddSeconds(i / 3), $"\"hr\":{50 + i},\"temp\":37.1")));

        var all = new List<double>();
        string? after = null;
        do
        {
            // Three readings share each second: pages of 7 end between them.
            var page = await HistoryAsync(device, start, start.AddHours(1), $"&limit=7{(after is null ? "" : $"&after={after}")}");
            all.AddRange(page.GetProperty("items").EnumerateArray().Select(item => Number(item, "hr")));
            after = page.GetProperty("next").GetString();
        }
        while (after is not null);
        all.Order().ShouldBe(Enumerable.Range(50, 150).Select(hr => (double)hr));

        var part = await HistoryAsync(device, start.AddSeconds(10), start.AddSeconds(20));
        part.GetProperty("next").ValueKind.ShouldBe(JsonValueKind.Null);
        var items = part.GetProperty("items").EnumerateArray().ToArray();
        items.Select(item => Number(item, "hr")).Order().ShouldBe(Enumerable.Range(80, 30).Select(hr => (double)hr));
        items.Select(item => item.GetProperty("at").GetDateTimeOffset()).ShouldBeInOrder();
        Number(items[0], "temp").ShouldBe(37.1);
        items[0].GetProperty("device").GetString().ShouldBe(device.Id);
        items[0].GetProperty("late").GetBoolean().ShouldBeTrue();
        items[0].GetProperty("anomaly").GetProperty("score").GetDouble().ShouldBeInRange(0, 1);
        (await HistoryAsync(device, start.AddHours(-1), start)).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("60", 60)]
    [InlineData("1m", 60)]
    [InlineData("5m", 300)]
    public async Task Buckets_hold_least_mean_and_greatest_and_a_gap_stays_a_gap(string bucket, int seconds)
    {
        var device = _ward.TakeDevice();
        var start = new DateTimeOffset(Now.AddHours(-3).Ticks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero);
        await PublishAsync(device, new[] { 0, 10, 20, 700, 710 }.Select(second => (start.AddSeconds(second), $"\"hr\":{60 + second / 10},\"acvpu\":\"A\"")));

        var answer = await HistoryAsync(device, start, start.AddHours(1), $"&bucket={bucket}");
        answer.GetProperty("bucketSeconds").GetDouble().ShouldBe(seconds);
        var buckets = answer.GetProperty("items").EnumerateArray().ToArray();
        buckets.Select(item => item.GetProperty("start").GetDateTimeOffset()).ShouldBe([start, start.AddSeconds(700 / seconds * seconds)]);
        buckets.Select(item => item.GetProperty("count").GetInt32()).ShouldBe([3, 2]);
        var heartRate = buckets[0].GetProperty("vitals").GetProperty("hr");
        (heartRate.GetProperty("min").GetDouble(), heartRate.GetProperty("mean").GetDouble(), heartRate.GetProperty("max").GetDouble()).ShouldBe((60, 61, 62));
        buckets[0].GetProperty("vitals").TryGetProperty("acvpu", out _).ShouldBeFalse();
        answer.GetProperty("anomalies").ValueKind.ShouldBe(JsonValueKind.Array);
    }

    [Fact]
    public async Task A_long_range_stays_in_order_and_leaves_out_just_the_records_that_do_not_open()
    {
        // Records are opened some hundred at a time on several threads: these are many times that, and damaged ones stand in the first, in the middle and at the end.
        const int Readings = 2_400;
        int[] damaged = [0, 255, 256, 1_000, 1_001, Readings - 1];
        var device = _ward.TakeDevice();
        var start = Whole(Now.AddHours(-4));
        foreach (var some in Enumerable.Range(0, Readings).Chunk(400))
        {
            await PublishAsync(device, some.Select(i => (start.AddSeconds(i), $"\"temp\":{string.Create(CultureInfo.InvariantCulture, $"{30 + i / 200.0}")}")));
        }

        foreach (var row in damaged)
        {
            await _ward.ExecuteAsync($"update readings set record = set_byte(record, 20, get_byte(record, 20) # 1) where device_no = (select device_no from devices where device_id = '{device.Id}') and measured_at = '{Time(start.AddSeconds(row))}'", Cancellation);
        }

        var expected = Enumerable.Range(0, Readings).Except(damaged).ToArray();
        var buckets = (await HistoryAsync(device, start, start.AddHours(1), "&bucket=1s")).GetProperty("items").EnumerateArray().ToArray();
        buckets.Select(bucket => (bucket.GetProperty("start").GetDateTimeOffset() - start).TotalSeconds).ShouldBe(expected.Select(i => (double)i));
        buckets.Select(bucket => bucket.GetProperty("vitals").GetProperty("temp").GetProperty("max").GetDouble()).ShouldBe(expected.Select(i => Math.Round(30 + i / 200.0, 3)), 0.001);

        var paged = new List<double>();
        for (string? after = ""; after is not null;)
        {
            var page = await HistoryAsync(device, start, start.AddHours(1), $"&limit=900{(after.Length > 0 ? $"&after={after}" : "")}");
            paged.AddRange(page.GetProperty("items").EnumerateArray().Select(item => (item.GetProperty("at").GetDateTimeOffset() - start).TotalSeconds));
            after = page.GetProperty("next").GetString();
        }

        paged.ShouldBe(expected.Select(i => (double)i));
        (await _ward.MetricAsync("wardwatch_history_unreadable_records_total", "", Cancellation)).ShouldBeGreaterThanOrEqualTo(damaged.Length);
    }

    [Fact]
    public async Task Automatic_buckets_are_about_six_hundred_at_most()
    {
        var device = _ward.TakeDevice();
        var start = Whole(Now.AddHours(-1));
        await PublishAsync(device, Enumerable.Range(0, 300).Select(i => (start.AddSeconds(10 * i), "\"hr\":70")));
        var answer = await HistoryAsync(device, start, start.AddHours(1), "&bucket=auto");
        answer.GetProperty("bucketSeconds").GetDouble().ShouldBe(6);
        answer.GetProperty("items").EnumerateArray().Sum(item => item.GetProperty("count").GetInt32()).ShouldBe(300);
    }

    [Fact]
    public async Task At_most_the_latest_hundred_readings_are_in_memory_and_all_are_in_the_history()
    {
        var device = _ward.TakeDevice();
        var start = Now.AddSeconds(-30);
        await PublishAsync(device, Enumerable.Range(0, 130).Select(i => (start.AddMilliseconds(i * 100), $"\"hr\":{50 + i}")));
        var latest = await _ward.JsonAsync($"/api/patients/{device.Patient}/vitals/latest", Cancellation);
        latest.GetProperty("recent").EnumerateArray().Select(item => Number(item, "hr")).ShouldBe(Enumerable.Range(80, 100).Select(hr => (double)hr));
        latest.GetProperty("vitals").GetProperty("hr").GetProperty("value").GetDouble().ShouldBe(179);
        (await HistoryAsync(device, start, Now.AddMinutes(1))).GetProperty("items").GetArrayLength().ShouldBe(130);
    }

    [Theory]
    [InlineData("start=yesterday")]
    [InlineData("end=99999-01-01")]
    [InlineData("start=2026-11-20T10:00:00Z&end=2026-11-20T09:00:00Z")]
    [InlineData("start=2026-11-20T10:00:00Z&end=2026-11-20T10:00:00Z")]
    [InlineData("start=0001-01-01T00:00:00Z")]
    [InlineData("end=9999-12-31T23:59:59Z")]
    [InlineData("limit=0")]
    [InlineData("limit=-5")]
    [InlineData("limit=10001")]
    [InlineData("after=x")]
    [InlineData("after=-1.-1")]
    [InlineData("after=99999999999999999999.1")]
    [InlineData("after=9223372036854775807.2147483647")]
    [InlineData("bucket=0")]
    [InlineData("bucket=-60")]
    [InlineData("bucket=NaN")]
    [InlineData("bucket=1e999")]
    [InlineData("bucket=5y")]
    [InlineData("bucket=")]
    public async Task A_question_that_cannot_be_answered_says_why(string query)
    {
        using var answer = await _ward.Client.GetAsync($"/api/patients/p-0001/vitals/history?{query}", Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("type").GetString().ShouldBe("urn:wardwatch:invalid-parameter");
    }

    [Theory]
    [InlineData("start=1970-01-01T00:00:00Z&end=9998-12-31T00:00:00Z&bucket=auto")]
    [InlineData("start=1970-01-01T00:00:00Z&end=9998-12-31T00:00:00Z")]
    [InlineData("bucket=0.001")]
    public async Task A_question_at_the_limits_is_answered(string query)
    {
        using var answer = await _ward.Client.GetAsync($"/api/patients/p-0001/vitals/history?{query}", Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task A_late_reading_belongs_to_whoever_wore_the_device_when_it_measured()
    {
        var (earlier, later) = (_ward.TakeDevice(), _ward.TakeDevice());
        var changed = Now.AddHours(-1);
        var device = await RegisterAsync($"travelling-{Guid.NewGuid():N}", later.Topic);
        await BindAsync(earlier.Patient, device.Id, Now.AddHours(-2), changed);
        await BindAsync(later.Patient, device.Id, changed, until: null);
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        (await link.PublishAsync(device.Seal(Now, "\"hr\":66"), 1, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);

        // Sealed for the topic of then, and for the topic of now: the time of measurement decides, not the topic.
        var at = Whole(changed.AddMinutes(-20));
        (await link.PublishAsync(device.SealBytes(BedsideDevice.Payload(at, "\"hr\":111"), forTopic: earlier.Topic), 2, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        (await link.PublishAsync(device.Seal(at.AddMinutes(1), "\"hr\":112"), 3, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        (await link.PublishAsync(device.Seal(Now.AddHours(-3), "\"hr\":113"), 4, Cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.ImplementationSpecificError);
        (await _ward.DeadLettersAsync(device, "no-binding", Cancellation)).ShouldBe(1);

        var theirs = (await HistoryAsync(earlier, at.AddMinutes(-5), Now)).GetProperty("items").EnumerateArray().ToArray();
        theirs.Select(item => Number(item, "hr")).ShouldBe([111, 112]);
        theirs.ShouldAllBe(item => item.GetProperty("late").GetBoolean() && item.GetProperty("device").GetString() == device.Id);
        (await HistoryAsync(later, at.AddHours(-3), Now.AddMinutes(1))).GetProperty("items").EnumerateArray().Select(item => Number(item, "hr")).ShouldBe([66]);

        // Neither live state has anything of it.
        var live = await _ward.JsonAsync($"/api/patients/{earlier.Patient}/vitals/latest", Cancellation);
        live.GetProperty("vitals").EnumerateObject().ShouldBeEmpty();
        live = await _ward.JsonAsync($"/api/patients/{later.Patient}/vitals/latest", Cancellation);
        live.GetProperty("vitals").GetProperty("hr").GetProperty("value").GetDouble().ShouldBe(66);
    }

    private static DateTimeOffset Whole(DateTimeOffset time) => new(time.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);

    private static double Number(JsonElement item, string vital) => item.GetProperty("vitals").GetProperty(vital).GetDouble();

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private Task<JsonElement> HistoryAsync(BedsideDevice device, DateTimeOffset start, DateTimeOffset end, string more = "") =>
        _ward.JsonAsync($"/api/patients/{device.Patient}/vitals/history?start={Time(start)}&end={Time(end)}{more}", Cancellation);

    private async Task PublishAsync(BedsideDevice device, IEnumerable<(DateTimeOffset At, string Members)> readings)
    {
        await using var link = await DeviceLink.OpenAsync(_ward.Server, device, MqttVersion.V500, Cancellation);
        ushort count = 0;
        foreach (var (at, members) in readings)
        {
            link.Queue(device.Seal(at, members), ++count);
        }

        await link.FlushAsync(Cancellation);
        for (ushort id = 1; id <= count; id++)
        {
            (await link.ReadAsync(Cancellation)).ShouldNotBeNull().ShouldSatisfyAllConditions(
                answer => answer.PacketId.ShouldBe(id), answer => answer.Reason.ShouldBe(MqttReason.Success));
        }
    }

    private async Task<BedsideDevice> RegisterAsync(string id, string topic)
    {
        using var answer = await _ward.Client.PostAsJsonAsync("/api/devices", new { id }, Cancellation);
        var issued = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        return new BedsideDevice(id, issued.GetProperty("token").GetString()!, issued.GetProperty("keyId").GetUInt32(), Convert.FromHexString(issued.GetProperty("key").GetString()!), topic);
    }

    private async Task BindAsync(string patient, string device, DateTimeOffset from, DateTimeOffset? until)
    {
        using var answer = await _ward.Client.PutAsJsonAsync($"/api/patients/{patient}/device", new { device, from, until }, Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancellation));
    }
}
