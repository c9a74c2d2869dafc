using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Notifications;
using Wardwatch.Server.Notifications.Mail;
using Wardwatch.Server.Notifications.Outside;
using Wardwatch.Server.Notifications.Sending;
using Wardwatch.Server.Notifications.Webhooks;
using Wardwatch.UnitTests.Platform;
using Xunit;

namespace Wardwatch.UnitTests.Notifications;

/// <summary>How attempts are made: pauses, room, words, signatures.</summary>
public sealed class SendingTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 9, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Pauses_double_up_to_the_longest_and_are_drawn_from_half_to_one_and_a_half()
    {
        var options = new NotificationsOptions { RetrySeconds = 1, MaxRetrySeconds = 60 };
        Enumerable.Range(1, 8).Select(attempt => Backoff.After(attempt, options, null, 0.5).TotalSeconds).ShouldBe([1, 2, 4, 8, 16, 32, 60, 60]);
        Backoff.After(3, options, null, 0).TotalSeconds.ShouldBe(2);
        Backoff.After(3, options, null, 1).TotalSeconds.ShouldBe(6);
        Backoff.After(100_000, options, null, 0.5).TotalSeconds.ShouldBe(60);
        Backoff.After(1, options, TimeSpan.FromSeconds(20), 0.5).TotalSeconds.ShouldBe(20, "the receiver knows better");
        Backoff.After(1, options, TimeSpan.FromDays(9), 0.5).TotalSeconds.ShouldBe(60, "but not for ever");
        Enumerable.Range(0, 50).Select(_ => Backoff.After(1, options, null)).Distinct().Count().ShouldBeGreaterThan(10);
    }

    [Fact]
    public void A_quarter_of_a_receivers_room_is_kept_for_high_priority()
    {
        var receiver = new Destination("webhook", new NotificationsOptions { Parallel = 8 }, new FixedClock(Now));
        (receiver.Room(high: true), receiver.Room(high: false)).ShouldBe((8, 6));
        for (var i = 0; i < 6; i++)
        {
            receiver.Begin();
        }

        (receiver.Room(high: true), receiver.Room(high: false)).ShouldBe((2, 0));
        receiver.End();
        (receiver.Room(high: true), receiver.Room(high: false)).ShouldBe((3, 1));
    }

    [Fact]
    public async Task A_receiver_that_mostly_fails_rests_and_is_then_tried_with_one()
    {
        var clock = new FixedClock(Now);
        var receiver = new Destination("webhook", new NotificationsOptions { Parallel = 8, BreakSeconds = 5 }, clock);
        var sender = new ScriptedSender { Result = SendResult.Again("status-500") };
        for (var i = 0; i < 4; i++)
        {
            (await receiver.SendAsync(sender, Attempt(), Cancellation)).Error.ShouldBe("status-500");
        }

        receiver.IsResting.ShouldBeTrue();
        receiver.Room(high: true).ShouldBe(0);
        (await receiver.SendAsync(sender, Attempt(), Cancellation)).ShouldBe(SendResult.NotTried);
        sender.Sent.ShouldBe(4, "nobody was asked in vain");
        clock.Now = Now.AddSeconds(6);
        receiver.Room(high: true).ShouldBe(1);
        sender.Result = SendResult.Sent;
        (await receiver.SendAsync(sender, Attempt(), Cancellation)).ShouldBe(SendResult.Sent);
        receiver.Room(high: true).ShouldBe(8);
    }

    [Fact]
    public async Task A_refusal_for_good_says_nothing_against_the_receiver()
    {
        var receiver = new Destination("push", new NotificationsOptions(), new FixedClock(Now));
        var sender = new ScriptedSender { Result = new(SendOutcome.Failed, "subscription-ended", EndsTarget: true) };
        for (var i = 0; i < 30; i++)
        {
            await receiver.SendAsync(sender, Attempt(), Cancellation);
        }

        receiver.IsResting.ShouldBeFalse();
        sender.Sent.ShouldBe(30);
    }

    [Fact]
    public async Task Who_does_not_answer_is_given_up_in_time()
    {
        var receiver = new Destination("webhook", new NotificationsOptions { AnswerSeconds = 0.1 }, TimeProvider.System);
        (await receiver.SendAsync(new ScriptedSender { Hangs = true }, Attempt(), Cancellation)).ShouldBe(SendResult.Again("timed-out"));
    }

    [Fact]
    public void What_goes_wrong_outside_has_a_name_and_what_goes_wrong_inside_has_none()
    {
        OutsideFaults.Of(new HttpRequestException("x", new AddressRefusedException()))!.Value.ShouldBe(SendResult.Failed("address-refused"));
        OutsideFaults.Of(new HttpRequestException("x", new SocketException((int)SocketError.HostNotFound)))!.Value.ShouldBe(SendResult.Again("name-unknown"));
        OutsideFaults.Of(new HttpRequestException("x", new SocketException((int)SocketError.ConnectionRefused)))!.Value.ShouldBe(SendResult.Again("no-connection"));
        OutsideFaults.Of(new AuthenticationException())!.Value.ShouldBe(SendResult.Again("tls-failed"));
        OutsideFaults.Of(new SmtpException(550))!.Value.ShouldBe(SendResult.Failed("smtp-550"));
        OutsideFaults.Of(new SmtpException(451))!.Value.ShouldBe(SendResult.Again("smtp-451"));
        OutsideFaults.Of(new SmtpException(0))!.Value.ShouldBe(SendResult.Again("smtp-unreadable"));
        OutsideFaults.Of(new InvalidOperationException()).ShouldBeNull();
        OutsideFaults.Of(new OperationCanceledException()).ShouldBeNull();
    }

    [Fact]
    public void Outside_only_the_urgency_is_said()
    {
        OutsideWords.Line("assigned", AlertPriority.High, 0).ShouldBe("High-priority alert. Open Wardwatch.");
        OutsideWords.Line("escalated", AlertPriority.Medium, 1).ShouldBe("Medium-priority alert. Open Wardwatch.");
        OutsideWords.Line("coverage", AlertPriority.Low, 0).ShouldBe("Notification. Open Wardwatch.");
        OutsideWords.Line("assigned", AlertPriority.Low, 12).ShouldBe("12 notifications. Open Wardwatch.");
        OutsideWords.Line("test", AlertPriority.High, 0).ShouldBe("Test notification. Open Wardwatch.");
    }

    [Fact]
    public void A_signature_is_that_of_the_documentation()
    {
        // printf '%s' '1795348800.{"id":"1"}' | openssl dgst -sha256 -hmac "key of 32 bytes: 0123456789abcde"
        WebhookSignature.Of("key of 32 bytes: 0123456789abcde"u8, DateTimeOffset.FromUnixTimeSeconds(1795348800), "{\"id\":\"1\"}"u8)
            .ShouldBe("t=1795348800,v1=d0fe008c0818a1fa29420473ecf68263573e6ff015d2be7dcf9e19c1a276979c");
        WebhookSignature.Show([1, 2, 3]).ShouldBe("whsec_AQID");
    }

    [Theory]
    [InlineData("falk@ward.example")]
    [InlineData("ines.falk+night@it.ward-1.example")]
    [InlineData("root@localhost")]
    public void An_address_is_an_address(string address) => MailAddresses.IsAddress(address).ShouldBeTrue();

    [Theory]
    [InlineData("falk@ward.example\r\nBcc: all@example.org")]
    [InlineData("falk@ward.example\n")]
    [InlineData("\rfalk@ward.example")]
    [InlineData("falk@ward.example\0")]
    [InlineData("falk@ward.example>\r\nDATA")]
    [InlineData("<falk@ward.example>")]
    [InlineData("Falk <falk@ward.example>")]
    [InlineData("\"a b\"@ward.example")]
    [InlineData("falk@ward.example,all@example.org")]
    [InlineData("falk@[127.0.0.1]")]
    [InlineData("falk @ward.example")]
    [InlineData("fälk@ward.example")]
    [InlineData("falk@@ward.example")]
    [InlineData("falk@-ward.example")]
    [InlineData("falk@ward..example")]
    [InlineData(".falk@ward.example")]
    [InlineData("@ward.example")]
    [InlineData("falk")]
    [InlineData("")]
    [InlineData(null)]
    public void Nothing_that_could_begin_another_header_or_command_is_an_address(string? address)
    {
        MailAddresses.IsAddress(address).ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => Mail("A subject", address!).Write());
    }

    [Fact]
    public void A_mail_has_its_headers_once_lines_that_fit_and_no_line_that_begins_with_a_dot()
    {
        var text = string.Concat(Enumerable.Repeat(".\r\nMAIL FROM:<x@y>\nüber alles, was länger ist als eine Zeile in einer Mail sein darf, wenn man es genau nimmt\n", 20));
        var written = Mail("Überwachung: 12 neue Nachrichten, die auf einer Zeile allein keinen Platz haben, weil es so viele sind", "falk@ward.example", text).Write();
        var (header, body) = (written[..written.IndexOf("\r\n\r\n", StringComparison.Ordinal)], written[(written.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        header.Split("\r\n").Count(line => line.StartsWith("To: ", StringComparison.Ordinal)).ShouldBe(1);
        header.ShouldContain("From: Wardwatch <wardwatch@ward.example>\r\nTo: <falk@ward.example>\r\nSubject: =?utf-8?B?");
        header.ShouldContain("Date: Sun, 22 Nov 2026 09:00:00 +0000");
        header.ShouldContain("Message-ID: <00000000000000000000000000000000@ward.example>");
        written.Split("\r\n").ShouldAllBe(line => line.Length <= 78 && !line.StartsWith('.') && !line.Contains('\n') && !line.Contains('\r'));
        written.ShouldAllBe(letter => letter < 128);
        Encoding.UTF8.GetString(Convert.FromBase64String(body)).ShouldBe(text.ReplaceLineEndings("\r\n"));
    }

    [Fact]
    public void A_subject_has_one_line() => Should.Throw<InvalidOperationException>(() => Mail("One\r\nBcc: all@example.org", "falk@ward.example").Write());

    [Theory]
    [InlineData("250 done\r\n", 2, true)]
    [InlineData("250-one\r\n250-two\r\n250 three\r\n", 2, true)]
    [InlineData("250\r\n", 2, true)]
    [InlineData("550 no\r\n", 2, false)]
    [InlineData("hello\r\n", 2, false)]
    [InlineData("25", 2, false)]
    [InlineData("", 2, false)]
    public async Task An_answer_of_a_mail_server_is_read_whole(string answer, int wanted, bool good)
    {
        // However it is cut.
        for (var size = 1; size <= Math.Max(1, answer.Length); size++)
        {
            var conversation = new SmtpConversation(new SlicedStream(Encoding.ASCII.GetBytes(answer), size));
            if (good)
            {
                (await conversation.ReadAsync(wanted, Cancellation)).Count.ShouldBe(answer.Split('\n').Length - 1);
            }
            else
            {
                await Should.ThrowAsync<SmtpException>(() => conversation.ReadAsync(wanted, Cancellation));
            }
        }
    }

    [Fact]
    public async Task A_mail_server_that_talks_without_end_is_left()
    {
        await Should.ThrowAsync<SmtpException>(() => new SmtpConversation(new SlicedStream(Encoding.ASCII.GetBytes(new string('2', 100_000)), 1000)).ReadAsync(2, Cancellation));
        var lines = string.Concat(Enumerable.Repeat("250-more\r\n", 1000));
        await Should.ThrowAsync<SmtpException>(() => new SmtpConversation(new SlicedStream(Encoding.ASCII.GetBytes(lines), 1000)).ReadAsync(2, Cancellation));
    }

    [Fact]
    public async Task A_command_is_one_line() =>
        await Should.ThrowAsync<ArgumentException>(() => new SmtpConversation(new SlicedStream([], 1)).SayAsync("RCPT TO:<a@b>\r\nDATA", 2, Cancellation));

    private static MailMessage Mail(string subject, string to, string text = "Text") => new("wardwatch@ward.example", to, subject, text, Guid.Empty, Now);

    private static ClaimedAttempt Attempt() => new()
    {
        Number = 1,
        Id = Guid.Empty,
        Claim = Guid.Empty,
        TenantId = 1,
        Channel = "webhook",
        Destination = "webhook:1",
        Target = null,
        Attempt = 1,
        Carries = 0,
        QueuedAt = Now,
        Notification = Guid.Empty,
        Account = Guid.Empty,
        Kind = "assigned",
        Priority = AlertPriority.High,
        Incident = null,
        Ward = null,
        CreatedAt = Now,
        Receiver = null,
        WrappedSecret = null,
        IsEnabled = true,
    };

    private sealed class ScriptedSender : IChannelSender
    {
        public string Channel => "webhook";

        public SendResult Result { get; set; }

        public bool Hangs { get; init; }

        public int Sent { get; private set; }

        public async Task<SendResult> SendAsync(ClaimedAttempt attempt, CancellationToken cancellation)
        {
            Sent++;
            if (Hangs)
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            return Result;
        }
    }

    private sealed class SlicedStream(byte[] content, int slice) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..Math.Min(slice, buffer.Length)], cancellationToken);
    }
}
