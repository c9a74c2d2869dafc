using Npgsql;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Server.Notifications.Channels;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications;

/// <summary>The ways to some people, and the keys of some patients, as they are now: read with each transaction, so that nobody is sought by a way that was changed.</summary>
internal sealed class Ways : IDisposable
{
    private readonly Dictionary<(int Tenant, int Patient), DataKey> _keys = [];
    private readonly Dictionary<Guid, (PersonRules Rules, bool HasMail)> _rules = [];
    private readonly Dictionary<Guid, List<PushTarget>> _browsers = [];
    private readonly Dictionary<int, List<WebhookWish>> _webhooks = [];

    private Ways()
    {
    }

    /// <summary>Reads the results of <see cref="NotifierSql.Keys"/>, <see cref="NotifierSql.Rules"/>, <see cref="NotifierSql.Browsers"/>, <see cref="NotifierSql.Webhooks"/>.</summary>
    public static async Task<Ways> ReadAsync(NpgsqlDataReader reader, IKeyring keyring, bool hasMailServer, CancellationToken cancellation)
    {
        var ways = new Ways();
        try
        {
            while (await reader.ReadAsync(cancellation))
            {
                var tenant = reader.GetInt32(1);
                ways._keys.Add((tenant, reader.GetInt32(0)), keyring.OpenPatientKey(tenant, reader.GetFieldValue<byte[]>(2)));
            }

            await reader.NextResultAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                ways._rules.Add(reader.GetGuid(0), (RuleStore.ReadRules(reader, first: 2), hasMailServer && reader.GetBoolean(1)));
            }

            await reader.NextResultAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                Of(ways._browsers, reader.GetGuid(0)).Add(new(reader.GetGuid(1), reader.GetString(2)));
            }

            await reader.NextResultAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                Of(ways._webhooks, reader.GetInt32(0)).Add(new(
                    reader.GetGuid(1), reader.GetFieldValue<string[]>(2), [.. reader.GetFieldValue<short[]>(3).Select(priority => (AlertPriority)priority)]));
            }

            return ways;
        }
        catch
        {
            ways.Dispose();
            throw;
        }
    }

    /// <summary>The ways to a person.</summary>
    public PersonChannels Of(Guid account)
    {
        var (rules, hasMail) = _rules.GetValueOrDefault(account, (PersonRules.Default, false));
        return new(rules, hasMail, _browsers.GetValueOrDefault(account, []));
    }

    /// <summary>The hospital's webhooks that are switched on.</summary>
    public IReadOnlyList<WebhookWish> WebhooksOf(int tenant) => _webhooks.GetValueOrDefault(tenant, []);

    /// <summary>A patient's key; null: it is not there (any more).</summary>
    public DataKey? KeyOf(int tenant, int patient) => _keys.GetValueOrDefault((tenant, patient));

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }
    }

    private static List<T> Of<TKey, T>(Dictionary<TKey, List<T>> lists, TKey key)
        where TKey : notnull => lists.TryGetValue(key, out var list) ? list : lists[key] = [];
}
