using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Notifications;
using Wardwatch.Server.Notifications.Channels;
using Wardwatch.Server.Notifications.Contracts;
using Wardwatch.Server.Notifications.Mail;
using Wardwatch.Server.Notifications.Webhooks;
using Wardwatch.Server.Platform.Certificates;
using Wardwatch.SystemTests.Events;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Notifications;

/// <summary>What is queued goes out once, by whichever node is there, the urgent first; and what cannot go out says so and holds up nobody.</summary>
[Collection(EventHospitalCollection.Name)]
public sealed class SendingTests(EventHospital hospital) : IAsyncLifetime
{
    private static readonly TimeSpan Soon = Poll.Patience;
    private static readonly Guid Nurse = Guid.Parse("0199e000-0000-7000-8000-000000000001");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private AuditEntry By => AuditEntry.OfTool(hospital.Tenant, AuditActions.SetNotificationRules) with { AccountId = Nurse };

    public async ValueTask InitializeAsync() => await hospital.ExecuteAsync(
        $"""
        delete from notifications; delete from webhooks; delete from notification_rules; delete from push_subscriptions;
        insert into staff_accounts (account_id, tenant_id, user_name, normalized_user_name, name, role, security_stamp, concurrency_stamp)
        values ('{Nurse}', {hospital.Tenant}, 'told', 'TOLD', 'Told', 'nurse', '', '') on conflict do nothing
        """, Cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Each_of_many_goes_out_once_though_three_nodes_send()
    {
        await using var receiver = new Receiver();
        await using var queues = await SendingNode.StartAsync(hospital, sends: false);
        await AddWebhookAsync(queues, receiver, "/hook");
        await using var one = await SendingNode.StartAsync(hospital, sends: true);
        await using var two = await SendingNode.StartAsync(hospital, sends: true);
        await using var three = await SendingNode.StartAsync(hospital, sends: true);
        for (var i = 0; i < 4; i++)
        {
            await QueueAsync(queues, [.. Enumerable.Range(0, 75).Select(n => Notification(n % 3 == 0 ? AlertPriority.High : AlertPriority.Medium))]);
        }

        await UntilStagesAsync(("sent", 300));
        receiver.Requests.Select(request => request.Headers["Wardwatch-Delivery"]).Distinct().Count().ShouldBe(300);
        receiver.Requests.Count.ShouldBe(300);
    }

    [Fact]
    public async Task What_is_taken_back_is_not_sent_and_what_is_withdrawn_is_not_either()
    {
        await using var receiver = new Receiver();
        await using var node = await SendingNode.StartAsync(hospital, sends: true);
        await AddWebhookAsync(node, receiver, "/hook");
        var incident = Guid.NewGuid();
        await using (var transaction = await hospital.Installation.Tenants.BeginAsync(hospital.Tenant, Cancellation))
        {
            await node.Notifier.QueueAsync(transaction.Connection, [Notification(AlertPriority.High)], Cancellation);
        }

        await using (var transaction = await hospital.Installation.Tenants.BeginAsync(hospital.Tenant, Cancellation))
        {
            await node.Notifier.QueueAsync(transaction.Connection, [Notification(AlertPriority.High) with { Incident = incident }, Notification(AlertPriority.High)], Cancellation);
            await node.Notifier.WithdrawAsync(transaction.Connection, hospital.Tenant, incident, Cancellation);
            await transaction.CommitAsync(Cancellation);
        }

        await UntilStagesAsync(("sent", 1), ("withdrawn", 1));
        receiver.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_fails_comes_again_with_the_same_id_and_a_signature_of_then_and_at_last_it_is_a_failed_delivery_that_can_be_sent_again()
    {
        await using var receiver = new Receiver();
        await using var node = await SendingNode.StartAsync(hospital, sends: true);
        var secret = await AddWebhookAsync(node, receiver, "/hook");
        var answers = new ConcurrentQueue<int>([500, 503, 200]);
        receiver.Answer = _ => Task.FromResult((answers.TryDequeue(out var status) ? status : 500, (string?)null));
        await QueueAsync(node, Notification(AlertPriority.High) with { Incident = Guid.NewGuid(), Ward = "ward-1" });
        await UntilStagesAsync(("sent", 1));
        receiver.Requests.Count.ShouldBe(3);
        receiver.Requests.Select(request => request.Headers["Wardwatch-Delivery"]).Distinct().Count().ShouldBe(1);
        receiver.Requests.ShouldAllBe(request => IsSigned(request, secret));
        receiver.Requests[0].Text.ShouldNotContain("Hypoxia");
        receiver.Requests[0].Text.ShouldNotContain("Example");
        receiver.Requests[0].Text.ShouldContain("\"ward\":\"ward-1\"");

        await QueueAsync(node, Notification(AlertPriority.High));
        await UntilStagesAsync(("sent", 1), ("failed", 1));
        receiver.Requests.Count.ShouldBe(3 + 4, "four attempts, then it is given up");
        var failed = (await node.Get<DeliveryList>().FailedAsync(hospital.Tenant, null, 10, Cancellation)).Items.ShouldHaveSingleItem();
        (failed.Error, failed.Attempts, failed.Destination).ShouldBe(("status-500", 4, "Pager"));
        (await node.Get<DeliveryList>().FailedAsync(hospital.OtherTenant, null, 10, Cancellation)).Items.ShouldBeEmpty();

        receiver.Answer = _ => Task.FromResult((200, (string?)null));
        (await node.Get<DeliveryList>().SendAgainAsync(By, Guid.Parse(failed.Id), Cancellation)).ShouldBe(SendAgainOutcome.Queued);
        await UntilStagesAsync(("sent", 2));
        (await node.Get<DeliveryList>().SendAgainAsync(By, Guid.Parse(failed.Id), Cancellation)).ShouldBe(SendAgainOutcome.NotFailed);
        (await node.Get<DeliveryList>().SendAgainAsync(By with { TenantId = hospital.OtherTenant }, Guid.Parse(failed.Id), Cancellation)).ShouldBe(SendAgainOutcome.NotFound);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_delays_no_other_and_a_redirect_is_not_followed()
    {
        var asleep = new TaskCompletionSource<(int, string?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var slow = new Receiver { Answer = _ => asleep.Task };
        await using var secretive = new Receiver();
        await using var turning = new Receiver { Answer = _ => Task.FromResult((307, (string?)$"Location: {secretive.At("/inner")}")) };
        await using var quick = new Receiver();
        await using var node = await SendingNode.StartAsync(hospital, sends: true);
        await AddWebhookAsync(node, slow, "/slow");
        await AddWebhookAsync(node, turning, "/turning");
        await AddWebhookAsync(node, quick, "/quick");
        await QueueAsync(node, [.. Enumerable.Range(0, 60).Select(_ => Notification(AlertPriority.High))]);
        await Poll.UntilAsync(() => Task.FromResult(quick.Requests.Count == 60), Soon, "the quick one has all", Cancellation);
        slow.Requests.Count.ShouldBe(16, "as many as it may have at once; it holds all of them still");
        await Poll.UntilAsync(() => Task.FromResult(turning.Requests.Count == 60), Soon, "the turning one was asked once for each", Cancellation);
        secretive.Requests.ShouldBeEmpty();
        await Poll.UntilAsync(async () => await CountAsync("stage = 'failed' and error = 'redirected'") == 60, Soon, "a redirect is not tried again", Cancellation);
        asleep.SetResult((200, null));
    }

    [Fact]
    public async Task High_priority_overtakes_what_was_queued_before_it()
    {
        await using var receiver = new Receiver();
        var open = new SemaphoreSlim(0);
        receiver.Answer = async _ =>
        {
            await open.WaitAsync(Cancellation);
            return (200, null);
        };
        await using var node = await SendingNode.StartAsync(hospital, sends: true, ("Parallel", "4"));
        await AddWebhookAsync(node, receiver, "/hook");
        await QueueAsync(node, [.. Enumerable.Range(0, 40).Select(_ => Notification(AlertPriority.Medium))]);
        await Poll.UntilAsync(() => Task.FromResult(receiver.Requests.Count == 3), Soon, "three of four places are taken", Cancellation);
        await QueueAsync(node, Notification(AlertPriority.High));
        await Poll.UntilAsync(() => Task.FromResult(receiver.Requests.Count == 4), Soon, "the fourth was kept", Cancellation);
        receiver.Requests[3].Text.ShouldContain("\"priority\":\"high\"");
        open.Release(100);
        await UntilStagesAsync(("sent", 41));
        open.Dispose();
    }

    [Fact]
    public async Task Low_priority_is_gathered_into_one_mail_and_all_that_went_with_it_is_sent()
    {
        await using var sink = new MailSink();
        await using var node = await SendingNode.StartAsync(hospital, sends: true, [.. SmtpTo(sink), ("DigestSeconds", "2")]);
        await node.Get<RuleStore>().PutAsync(By, PersonRules.Default, "told@ward.example", Cancellation);
        await QueueAsync(node, [.. Enumerable.Range(0, 5).Select(_ => Notification(AlertPriority.Low))]);
        await Poll.UntilAsync(async () => await CountAsync("stage = 'sent' and carries = 0") == 5, Soon, "all are sent", Cancellation);
        var mail = sink.Mails.ShouldHaveSingleItem();
        (mail.From, mail.To, mail.Header("Subject")).ShouldBe(("wardwatch@ward.example", "told@ward.example", "5 notifications. Open Wardwatch."));
        mail.Text.ShouldContain("https://ward.example/");
        mail.Text.ShouldNotContain("Hypoxia");
        mail.Text.ShouldNotContain("P1");
    }

    [Fact]
    public async Task An_address_that_the_mail_server_does_not_know_is_a_failed_delivery_at_once_and_one_that_it_puts_off_comes_again()
    {
        await using var sink = new MailSink();
        var answers = new ConcurrentQueue<int>([451, 250]);
        sink.Recipient = _ => answers.TryDequeue(out var code) ? code : 550;
        await using var node = await SendingNode.StartAsync(hospital, sends: true, SmtpTo(sink));
        await node.Get<RuleStore>().PutAsync(By, PersonRules.Default, "told@ward.example", Cancellation);
        await QueueAsync(node, Notification(AlertPriority.High));
        await UntilStagesAsync(("sent", 1));
        await QueueAsync(node, Notification(AlertPriority.High));
        await UntilStagesAsync(("sent", 1), ("failed", 1));
        (await CountAsync("stage = 'failed' and error = 'smtp-550' and attempts = 1")).ShouldBe(1);
        sink.Mails.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Mail_goes_over_tls_with_the_hospitals_own_authority_or_not_at_all()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var authority = CertificateAuthority.CreateAuthority(now, TimeSpan.FromDays(1));
        using var other = CertificateAuthority.CreateAuthority(now, TimeSpan.FromDays(1));
        using var certificate = Usable(CertificateAuthority.IssueForServer(authority, ["127.0.0.1"], now, TimeSpan.FromDays(1)));
        var (file, wrong) = (await PemAsync(authority), await PemAsync(other));
        var mail = new MailMessage("wardwatch@ward.example", "told@ward.example", "Subject", "Text", Guid.NewGuid(), now);
        foreach (var atOnce in new[] { false, true })
        {
            await using var sink = new MailSink(certificate, atOnce);
            var options = new NotificationsOptions
            {
                SmtpHost = "127.0.0.1",
                SmtpPort = sink.Port,
                SmtpSecurity = atOnce ? SmtpSecurity.Tls : SmtpSecurity.StartTls,
                SmtpUser = "ward",
                SmtpPassword = "päss",
                SmtpAuthorityFile = file,
                MailFrom = mail.From,
            };
            await new MailTransport(Options.Create(options)).SendAsync(mail, Cancellation);
            sink.Mails.ShouldHaveSingleItem().ShouldSatisfyAllConditions(taken => taken.Secured.ShouldBeTrue(), taken => taken.Login.ShouldBe("\0ward\0päss"));
            sink.Lines.Count(line => line == "EHLO ward.example").ShouldBe(atOnce ? 1 : 2, "before and after STARTTLS");
            options.SmtpAuthorityFile = wrong;
            await Should.ThrowAsync<AuthenticationException>(() => new MailTransport(Options.Create(options)).SendAsync(mail, Cancellation));
            sink.Mails.Count.ShouldBe(1);
        }

        // Nobody offers TLS: then nothing is said.
        await using var plain = new MailSink();
        await Should.ThrowAsync<SmtpException>(() => SendAsync(plain, mail, file));
        plain.Lines.ShouldBe(["EHLO ward.example", "STARTTLS"]);

        // Somebody in between says something in clear that is to count as said under TLS.
        await using var tampered = new MailSink(certificate) { Injected = "250 sure\r\n" };
        await Should.ThrowAsync<Exception>(() => SendAsync(tampered, mail, file));
        tampered.Mails.ShouldBeEmpty();

        // Nobody is there.
        var gone = new MailSink();
        await gone.DisposeAsync();
        await Should.ThrowAsync<SocketException>(() => SendAsync(gone, mail, file));
        File.Delete(file);
        File.Delete(wrong);
    }

    [Fact]
    public async Task An_attempt_whose_node_died_is_made_again_by_another_with_the_same_id()
    {
        await using var receiver = new Receiver();
        await using var queues = await SendingNode.StartAsync(hospital, sends: false);
        await AddWebhookAsync(queues, receiver, "/hook");
        await QueueAsync(queues, Notification(AlertPriority.High));

        // Claimed by somebody who is heard of no more; the lease is as good as over.
        await hospital.ExecuteAsync("update notification_attempts set claim = gen_random_uuid(), attempts = 1, not_before = now() + interval '1 second'", Cancellation);
        var id = await hospital.ScalarAsync<Guid>("select attempt_id from notification_attempts", Cancellation);
        await using var node = await SendingNode.StartAsync(hospital, sends: true);
        await UntilStagesAsync(("sent", 1));
        receiver.Requests.ShouldHaveSingleItem().Headers["Wardwatch-Delivery"].ShouldBe(id.ToString());
    }

    [Fact]
    public async Task What_a_notification_says_is_sealed_under_the_patients_key_and_goes_with_it()
    {
        await using var node = await SendingNode.StartAsync(hospital, sends: false);
        var patient = hospital.Patients[^1];
        var said = Notification(AlertPriority.High) with { PatientNumber = patient, Incident = Guid.NewGuid() };
        await QueueAsync(node, said, Notification(AlertPriority.Low));
        (await hospital.ScalarAsync<bool>("select bool_or(position('Hypoxia'::bytea in content) > 0 or position('Example'::bytea in content) > 0) from notifications", Cancellation)).ShouldBeFalse();
        var list = node.Get<NotificationList>();
        var (page, patients) = await list.FindAsync(hospital.Tenant, Nurse, unseenFirst: false, default, 10, Cancellation);
        page.Items.Select(item => (item.Title, item.Priority, item.Stage)).ShouldBe([(said.Title, "low", "sent"), (said.Title, "high", "sent")]);
        (page.Items[1].Text, page.Items[1].Patient is not null).ShouldBe((said.Text, true));
        patients.ShouldBe([patient]);

        var key = Convert.ToHexString(await hospital.ScalarAsync<byte[]>($"select wrapped_key from patient_keys where patient_no = {patient}", Cancellation));
        await hospital.ExecuteAsync($"delete from patient_keys where patient_no = {patient}", Cancellation);
        (page, _) = await list.FindAsync(hospital.Tenant, Nurse, unseenFirst: false, default, 10, Cancellation);
        (page.Items[1].Title, page.Items[1].Text).ShouldBe(("The record was erased", ""));

        // Nobody can say any more of whom it would have been; that there was something is told all the same.
        await QueueAsync(node, said);
        (await list.FindAsync(hospital.Tenant, Nurse, unseenFirst: false, default, 1, Cancellation)).Page.Items[0].Title.ShouldBe("The record was erased");
        await hospital.ExecuteAsync($"insert into patient_keys (patient_no, tenant_id, wrapped_key) values ({patient}, {hospital.Tenant}, '\\x{key}')", Cancellation);
    }

    [Fact]
    public async Task Those_not_seen_come_first_page_by_page_and_a_receipt_is_the_owners_alone()
    {
        await using var node = await SendingNode.StartAsync(hospital, sends: false);
        var incident = Guid.NewGuid();
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            ids.AddRange(await QueueAsync(node, Notification(AlertPriority.Medium) with { Incident = incident }));
        }

        var receipts = node.Get<Receipts>();
        (await receipts.NoteAsync(hospital.Tenant, Guid.NewGuid(), ids[0], ChannelNames.InApp, null, seen: true, Cancellation)).ShouldBeFalse();
        (await receipts.NoteAsync(hospital.OtherTenant, Nurse, ids[0], ChannelNames.InApp, null, seen: true, Cancellation)).ShouldBeFalse();
        await using (var connection = await hospital.Installation.Database.OpenConnectionAsync(Cancellation))
        {
            (await node.Notifier.FirstShownAsync(connection, hospital.Tenant, [incident], Cancellation)).ShouldBeEmpty();
            (await receipts.NoteAsync(hospital.Tenant, Nurse, ids[4], ChannelNames.InApp, null, seen: true, Cancellation)).ShouldBeTrue();
            (await receipts.NoteAsync(hospital.Tenant, Nurse, ids[2], ChannelNames.InApp, null, seen: false, Cancellation)).ShouldBeTrue();
            (await node.Notifier.FirstShownAsync(connection, hospital.Tenant, [incident, Guid.NewGuid()], Cancellation)).Keys.ShouldBe([incident]);
            (await node.Notifier.FirstShownAsync(connection, hospital.OtherTenant, [incident], Cancellation)).ShouldBeEmpty();
        }

        var shown = new List<(Guid Id, string Stage)>();
        string? next = "";
        while (next is not null)
        {
            NotificationCursor.TryRead(next, out var cursor).ShouldBeTrue();
            var (page, _) = await node.Get<NotificationList>().FindAsync(hospital.Tenant, Nurse, unseenFirst: true, cursor, 2, Cancellation);
            shown.AddRange(page.Items.Select(item => (Guid.Parse(item.Id), item.Stage)));
            page.Unseen.ShouldBe(4);
            next = page.Next;
        }

        shown.ShouldBe([(ids[3], "sent"), (ids[2], "delivered"), (ids[1], "sent"), (ids[0], "sent"), (ids[4], "seen")]);
    }

    [Fact]
    public async Task Ten_thousand_that_wait_for_their_digest_and_a_receiver_that_is_gone_slow_nobody_down()
    {
        await using var receiver = new Receiver();
        await using var node = await SendingNode.StartAsync(hospital, sends: true, ("DigestSeconds", "86400"), ("PollSeconds", "5"));
        var before = await PostedAsync();
        await QueueAsync(node, Notification(AlertPriority.Low));
        await hospital.ExecuteAsync(
            $"""
            insert into notification_attempts (attempt_id, tenant_id, notification_no, account_id, channel, destination, priority, digest, not_before, queued_at)
            select gen_random_uuid(), tenant_id, notification_no, account_id, 'mail', 'mail', 1, true, now() + interval '1 day', now() from notifications, generate_series(1, 10000)
            """, Cancellation);
        await AddWebhookAsync(node, receiver, "/hook");
        await QueueAsync(node, [.. Enumerable.Range(0, 1000).Select(_ => Notification(AlertPriority.High))]);
        await Poll.UntilAsync(() => Task.FromResult(receiver.Requests.Count == 1000), Soon, "a thousand in one transaction", Cancellation);
        (await PostedAsync() - before).ShouldBeGreaterThanOrEqualTo(1001);
    }

    private Task<long> PostedAsync() => hospital.ScalarAsync<long>("select count(*) from events where name = 'NotificationPosted'", Cancellation);

    private NewNotification Notification(AlertPriority priority) => new(hospital.Tenant, Nurse, "assigned", priority, "Hypoxia, bed 4", "Example, P1: SpO₂ 84 < 88 for 15 s");

    private async Task<IReadOnlyList<Guid>> QueueAsync(SendingNode node, params NewNotification[] notifications)
    {
        await using var transaction = await hospital.Installation.Tenants.BeginAsync(hospital.Tenant, Cancellation);
        var ids = await node.Notifier.QueueAsync(transaction.Connection, notifications, Cancellation);
        await transaction.CommitAsync(Cancellation);
        return ids;
    }

    private async Task<byte[]> AddWebhookAsync(SendingNode node, Receiver receiver, string path)
    {
        var data = new WebhookData("Pager", new Uri(receiver.At(path)), [], [AlertPriority.High, AlertPriority.Medium], IsEnabled: true);
        var (outcome, _, secret) = await node.Get<WebhookStore>().AddAsync(By, data, Cancellation);
        outcome.ShouldBe(WebhookOutcome.Done);
        return Convert.FromBase64String(secret["whsec_".Length..]);
    }

    private async Task UntilStagesAsync(params (string Stage, long Count)[] wanted) => await Poll.UntilAsync(
        async () =>
        {
            var stands = true;
            foreach (var (stage, count) in wanted)
            {
                stands &= await CountAsync($"stage = '{stage}'") == count;
            }

            return stands && await CountAsync("true") == wanted.Sum(one => one.Count);
        }, Soon, string.Join(", ", wanted), Cancellation);

    private Task<long> CountAsync(string condition) => hospital.ScalarAsync<long>($"select count(*) from notification_attempts where {condition}", Cancellation);

    private static (string Name, string Value)[] SmtpTo(MailSink sink) =>
        [("SmtpHost", "127.0.0.1"), ("SmtpPort", $"{sink.Port}"), ("SmtpSecurity", "None"), ("MailFrom", "wardwatch@ward.example"), ("PublicAddress", "https://ward.example/")];

    private static Task SendAsync(MailSink sink, MailMessage mail, string authority) => new MailTransport(Options.Create(new NotificationsOptions
    {
        SmtpHost = "127.0.0.1",
        SmtpPort = sink.Port,
        SmtpSecurity = SmtpSecurity.StartTls,
        SmtpAuthorityFile = authority,
        MailFrom = mail.From,
    })).SendAsync(mail, Cancellation);

    // Servers take no key that is only in memory.
    internal static X509Certificate2 Usable(X509Certificate2 certificate) => X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);

    internal static async Task<string> PemAsync(X509Certificate2 certificate)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem(), Cancellation);
        return file;
    }

    // As docs/security.md tells receivers to do it.
    internal static bool IsSigned(Received request, byte[] secret)
    {
        var parts = request.Headers["Wardwatch-Signature"].Split(',').ToDictionary(part => part.Split('=')[0], part => part.Split('=')[1], StringComparer.Ordinal);
        byte[] signed = [.. System.Text.Encoding.ASCII.GetBytes(parts["t"]), (byte)'.', .. request.Body];
        var age = TimeProvider.System.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts["t"]));
        return age < TimeSpan.FromMinutes(5) && Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(secret, signed)) == parts["v1"];
    }
}
