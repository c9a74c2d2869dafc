using Microsoft.AspNetCore.Http;
using Shouldly;
using Wardwatch.Server.Staff;
using Wardwatch.Server.Staff.Passkeys;
using Xunit;

namespace Wardwatch.UnitTests.Staff;

public sealed class ClientNameTests
{
    [Theory]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "Chrome 140 on Linux")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge 140 on Windows")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1", "Safari 18 on iPhone")]
    [InlineData("curl/8.5.0", "curl/8.5.0")]
    [InlineData("", null)]
    [InlineData("\n\t", null)]
    public void A_browser_is_named_in_a_few_words(string agent, string? name) => ClientName.Of(agent).ShouldBe(name);

    [Fact]
    public void What_a_client_says_of_itself_is_cut_and_cleaned() => ClientName.Of("a\u0000\u001b[31m" + new string('x', 1000)).ShouldBe("a[31m" + new string('x', 55));

    [Theory]
    [InlineData("http://localhost:8080", "localhost:8080", true)]
    [InlineData("http://127.0.0.1:8080", "127.0.0.1:8080", true)]
    [InlineData("https://ward.example", "ward.example", true)]
    [InlineData("https://ward.example", "ward.example:443", true)]
    [InlineData("https://ward.example:8443", "ward.example:8443", true)]
    [InlineData("http://ward.example", "ward.example", false)]
    [InlineData("http://localhost:8081", "localhost:8080", false)]
    [InlineData("https://ward.example.attacker.example", "ward.example", false)]
    [InlineData("https://ward.example@attacker.example", "ward.example", false)]
    [InlineData("https://ward.example/", "ward.example", false)]
    [InlineData("file:///etc/passwd", "", false)]
    [InlineData("null", "ward.example", false)]
    [InlineData("", "", false)]
    public void A_passkey_may_answer_this_servers_own_pages_alone(string origin, string host, bool own) => PasskeyOrigins.IsOwn(origin, new HostString(host)).ShouldBe(own);
}
