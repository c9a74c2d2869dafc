using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Shouldly;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Web;

/// <summary>Attacks on the HTTP port, over real sockets against the real server.</summary>
public sealed class HttpAttackTests(HttpAttackTests.Ward shared) : IClassFixture<HttpAttackTests.Ward>
{
    private const string Outside = "what no web server may show";

    private readonly DemoWard _ward = shared.Hospital;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A hospital with short times and pages of its own.</summary>
    public sealed class Ward : IAsyncLifetime
    {
        private readonly DirectoryInfo _pages = Directory.CreateTempSubdirectory("wardwatch-pages-");
        private DemoWard? _ward;

        public DemoWard Hospital => _ward!;

        public async ValueTask InitializeAsync()
        {
            var pages = _pages.CreateSubdirectory("web");
            await File.WriteAllTextAsync(Path.Combine(pages.FullName, "index.html"), "<title>the page</title>", Cancellation);
            await File.WriteAllTextAsync(Path.Combine(_pages.FullName, "outside.txt"), Outside, Cancellation);
            _ward = await DemoWard.StartAsync(
                3,
                new(StringComparer.Ordinal)
                {
                    ["Wardwatch__Platform__WebFolder"] = pages.FullName,
                    ["Wardwatch__Limits__HeaderSeconds"] = "2",
                    // Short, and long enough for every other request of a busy machine.
                    ["Wardwatch__Limits__RequestSeconds"] = "12",
                    ["Wardwatch__Limits__MaxConnectionsPerAddress"] = "20",
                },
                TestContext.Current.CancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            if (_ward is not null)
            {
                await _ward.DisposeAsync();
            }

            _pages.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Headers_that_come_byte_by_byte_are_not_waited_for()
    {
        await using var stream = await RawHttp.ConnectAsync(_ward.Server, "127.0.0.1", Cancellation);
        await stream.WriteAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-A: "u8.ToArray(), Cancellation);
        var ended = RawHttp.ReadToEndAsync(stream, Cancellation);
        await DripAsync(stream, ended);
        (await ended).ShouldStartWith("HTTP/1.1 408");
    }

    [Fact]
    public async Task A_body_that_comes_byte_by_byte_is_given_up()
    {
        await using var stream = await RawHttp.ConnectAsync(_ward.Server, "127.0.0.1", Cancellation);
        await stream.WriteAsync("POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\nConnection: close\r\n\r\n{\"user\":\""u8.ToArray(), Cancellation);
        var ended = RawHttp.ReadToEndAsync(stream, Cancellation);
        await DripAsync(stream, ended);

        // Whichever comes first: the rate that a body must keep, or the time that an answer may take.
        (await ended).ShouldContain("urn:wardwatch:too");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_huge_body_is_refused(bool declared)
    {
        var request = declared
            ? "Content-Length: 2000000\r\n\r\n{"
            : "Transfer-Encoding: chunked\r\n\r\n" + string.Concat(Enumerable.Repeat("10000\r\n" + new string('[', 0x10000) + "\r\n", 17)) + "0\r\n\r\n";
        var answer = await RawHttp.ExchangeAsync(
            _ward.Server, "POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n" + request, Cancellation);
        answer.ShouldStartWith("HTTP/1.1 4");
        answer.ShouldMatch("urn:wardwatch:(too-large|bad-request)");
        if (declared)
        {
            answer.ShouldContain("urn:wardwatch:too-large");
        }
    }

    [Theory]
    [InlineData(33)]
    [InlineData(100_000)]
    public async Task Deep_JSON_is_refused(int depth) =>
        (await PostAsync("/api/auth/login", $$"""{"user":{{new string('[', depth)}}{{new string(']', depth)}}}""")).ShouldBe((400, "urn:wardwatch:bad-request"));

    [Theory]
    [InlineData("/api/auth/login", """{"user":"admin","user":"nurse.falk","password":"x"}""")]
    [InlineData("/api/devices", """{"id":"X-9","id":"X-8"}""")]
    [InlineData("/api/patients/p-0001/erase", """{"recordNumber":"1","reason":"asked for it in writing","recordNumber":"2"}""")]
    public async Task A_member_that_comes_twice_is_refused(string address, string body) => (await PostAsync(address, body)).ShouldBe((400, "urn:wardwatch:bad-request"));

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate, gzip")]
    [InlineData("x")]
    public async Task A_compressed_body_is_refused_before_it_is_read(string encoding)
    {
        using var content = new ByteArrayContent(new byte[1000]) { Headers = { ContentType = new("application/json") } };
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        using var answer = await _ward.Client.PostAsync("/api/devices", content, Cancellation);
        (await answer.ProblemAsync(Cancellation)).ShouldBe((415, "urn:wardwatch:unsupported-media-type"));
    }

    [Theory]
    [InlineData("GET /api/demo%0d%0aSet-Cookie:%20a=b HTTP/1.1")]
    [InlineData("GET /api/demo?x=%0d%0aSet-Cookie:%20a=b HTTP/1.1")]
    [InlineData("GET /ws/vitals?access_token=%0d%0aSet-Cookie:%20a=b HTTP/1.1")]
    [InlineData("GET /api/demo HTTP/1.1\r\nX-Request-Id: 1\rSet-Cookie: a=b")]
    [InlineData("GET /api/demo HTTP/1.1\r\nOrigin: x\r\n\tSet-Cookie: a=b")]
    [InlineData("GET /api/demo HTTP/1.1\r\nX-A: \0b")]
    public async Task Line_breaks_in_a_request_make_no_header_of_the_answer(string start)
    {
        var answer = await RawHttp.ExchangeAsync(_ward.Server, start + "\r\nHost: localhost\r\nConnection: close\r\n\r\n", Cancellation);
        answer.ShouldStartWith("HTTP/1.1 ");
        answer.ShouldNotContain("Set-Cookie", Case.Insensitive);
    }

    [Theory]
    [InlineData("/../outside.txt")]
    [InlineData("/..%2foutside.txt")]
    [InlineData("/%2e%2e/outside.txt")]
    [InlineData("/%2e%2e%2foutside.txt")]
    [InlineData("/..%5coutside.txt")]
    [InlineData("/..\\outside.txt")]
    [InlineData("/assets/..%2f..%2foutside.txt")]
    [InlineData("/assets/%252e%252e/%252e%252e/outside.txt")]
    [InlineData("/.%00./outside.txt")]
    [InlineData("//outside.txt")]
    [InlineData("/..;/outside.txt")]
    [InlineData("/....//outside.txt")]
    [InlineData("/%c0%ae%c0%ae/outside.txt")]
    [InlineData("/api-docs/..%2f..%2foutside.txt")]
    public async Task No_path_leads_out_of_the_pages(string path)
    {
        var answer = await RawHttp.ExchangeAsync(_ward.Server, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", Cancellation);
        answer.ShouldStartWith("HTTP/1.1 ");
        answer.ShouldNotContain(Outside);
        (await RawHttp.ExchangeAsync(_ward.Server, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", Cancellation)).ShouldContain("the page");
    }

    [Fact]
    public async Task What_a_client_sends_forges_no_line_of_the_log()
    {
        const string forged = "{\\\"forged\\\":1}";
        await PostAsync("/api/auth/login", $$"""{"user":"x\n{{forged}}\r\n{{forged}}\u2028","password":"wrong password"}""");
        await RawHttp.ExchangeAsync(_ward.Server, "GET /api/x%0a{%22forged%22:1} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {\"forged\":1}\r\nConnection: close\r\n\r\n", Cancellation);
        _ward.Server.Log.Split('\n').ShouldNotContain(line => line.TrimStart().StartsWith("{\"forged\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(20_000, 0, "414")]
    [InlineData(0, 30_000, "431")]
    public async Task Long_lines_and_headers_are_refused(int line, int header, string status)
    {
        var answer = await RawHttp.ExchangeAsync(
            _ward.Server, $"GET /{new string('a', line)} HTTP/1.1\r\nHost: localhost\r\nX-A: {new string('b', header)}\r\nConnection: close\r\n\r\n", Cancellation);
        answer.ShouldStartWith("HTTP/1.1 " + status);
    }

    [Fact]
    public async Task Requests_that_two_servers_would_read_differently_are_refused()
    {
        const string login = "POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        foreach (var header in new[] { "Content-Length: 5\r\nContent-Length: 6", "Content-Length: -5", "Content-Length: 5, 5", "Transfer-Encoding: x", "Transfer-Encoding: chunked, x" })
        {
            (await RawHttp.ExchangeAsync(_ward.Server, $"{login}{header}\r\n\r\n{{}}", Cancellation)).ShouldStartWith("HTTP/1.1 400", customMessage: header);
        }

        (await RawHttp.ExchangeAsync(_ward.Server, "GET /api/demo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", Cancellation)).ShouldStartWith("HTTP/1.1 400");
    }

    [Fact]
    public async Task Connections_from_one_address_are_closed_beyond_its_share_and_others_are_served()
    {
        var open = new List<IAsyncDisposable>();
        var refused = 0;
        for (var i = 0; i < 40; i++)
        {
            refused += await OpensAsync(open) ? 0 : 1;
        }

        refused.ShouldBe(20);
        using var other = RawHttp.ClientFrom(_ward.Server, "127.0.7.2");
        (await other.GetAsync("/health/live", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var stream in open)
        {
            await stream.DisposeAsync();
        }

        using var again = RawHttp.ClientFrom(_ward.Server, "127.0.7.1");
        await Poll.UntilAsync(async () =>
        {
            try
            {
                return (await again.GetAsync("/health/live", Cancellation)).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, Poll.Patience, "the address is served again", Cancellation);
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_is_given_up_and_a_stream_is_not()
    {
        using var stream = await EventListener.OpenAsync(_ward.Client, "", lastEventId: null, Cancellation);
        await using var connection = await _ward.Database.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using (var command = new Npgsql.NpgsqlCommand("lock table devices in access exclusive mode", connection))
        {
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        using var answer = await _ward.Client.GetAsync("/api/devices", Cancellation);
        (await answer.ProblemAsync(Cancellation)).ShouldBe((503, "urn:wardwatch:took-too-long"));
        await transaction.RollbackAsync(Cancellation);
        for (var beat = 0; beat < 3; beat++)
        {
            await stream.NextAsync(found => found.Name == "heartbeat", Cancellation);
        }

        (await _ward.Client.GetAsync("/api/devices", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("GET", "/sse/events")]
    [InlineData("POST", "/hubs/ward/negotiate?negotiateVersion=1")]
    [InlineData("GET", "/hubs/ward")]
    [InlineData("GET", "/ws/vitals")]
    public async Task A_page_of_another_address_may_not_listen(string method, string address)
    {
        foreach (var origin in new[] { "https://evil.example", "null", $"http://localhost:{_ward.Server.HttpPort + 1}", "http://localhost.evil.example" })
        {
            using var request = new HttpRequestMessage(new(method), address) { Headers = { { "Origin", origin } } };
            using var answer = await _ward.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            (await answer.ProblemAsync(Cancellation)).ShouldBe((403, "urn:wardwatch:foreign-origin"), origin);
        }

        using var own = new HttpRequestMessage(new(method), address) { Headers = { { "Origin", _ward.Server.BaseAddress.GetLeftPart(UriPartial.Authority) } } };
        using var served = await _ward.Client.SendAsync(own, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        served.StatusCode.ShouldNotBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("OPTIONS", "/api/patients")]
    [InlineData("GET", "/api/patients")]
    [InlineData("GET", "/sse/events")]
    [InlineData("GET", "/")]
    public async Task No_other_page_is_told_that_it_may_read(string method, string address)
    {
        using var request = new HttpRequestMessage(new(method), address)
        {
            Headers = { { "Origin", "https://evil.example" }, { "Access-Control-Request-Method", "GET" }, { "Access-Control-Request-Headers", "authorization" } },
        };
        using var answer = await _ward.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        answer.Headers.ShouldNotContain(header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Every_answer_carries_the_headers_that_protect_a_page()
    {
        foreach (var address in new[] { "/", "/api/demo", "/api/nothing", "/api/patients", "/health", "/api-docs/index.html" })
        {
            using var answer = await _ward.Client.GetAsync(address, Cancellation);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            policy.ShouldContain("default-src 'self'");
            policy.ShouldContain("connect-src 'self'");
            policy.ShouldContain("frame-ancestors 'none'");
            policy.ShouldNotContain("unsafe-");
            answer.Headers.GetValues("Permissions-Policy").Single().ShouldContain("publickey-credentials-get=(self)");
            answer.Headers.GetValues("Cross-Origin-Embedder-Policy").Single().ShouldBe("require-corp");
            answer.Headers.GetValues("X-Frame-Options").Single().ShouldBe("DENY");
            answer.Headers.Contains("Server").ShouldBeFalse();
        }
    }

    /// <summary>Sends a byte now and then, until the server has had enough.</summary>
    private static async Task DripAsync(Stream stream, Task until)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        try
        {
            while (!until.IsCompleted && await timer.WaitForNextTickAsync(Cancellation))
            {
                await stream.WriteAsync("a"u8.ToArray(), Cancellation);
            }
        }
        catch (IOException)
        {
            // Closed.
        }
    }

    private async Task<bool> OpensAsync(List<IAsyncDisposable> open)
    {
        try
        {
            var stream = await RawHttp.ConnectAsync(_ward.Server, "127.0.7.1", Cancellation);
            open.Add(stream);
            await stream.WriteAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Cancellation);
            return await stream.ReadAsync(new byte[1024], Cancellation) > 0;
        }
        catch (Exception refused) when (refused is IOException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private async Task<(int Status, string? Type)> PostAsync(string address, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var answer = await _ward.Client.PostAsync(address, content, Cancellation);
        return await answer.ProblemAsync(Cancellation);
    }
}
