package billing

// WebhookEvents are the types of events that the webhook endpoint at Stripe has
// to send: all that tell of a change in what somebody has bought or paid. Each is
// one of https://docs.stripe.com/api/events/types?api-version=2023-10-16. An
// endpoint that sends more does no harm.
func WebhookEvents() []string {
	return []string{
		"charge.dispute.closed",
		"charge.dispute.created",
		"charge.dispute.funds_reinstated",
		"charge.dispute.funds_withdrawn",
		"charge.dispute.updated",
		"charge.refund.updated",
		"charge.refunded",
		"charge.succeeded",
		"checkout.session.async_payment_failed",
		"checkout.session.async_payment_succeeded",
		"checkout.session.completed",
		"checkout.session.expired",
		"customer.deleted",
		"customer.subscription.created",
		"customer.subscription.deleted",
		"customer.subscription.paused",
		"customer.subscription.pending_update_applied",
		"customer.subscription.pending_update_expired",
		"customer.subscription.resumed",
		"customer.subscription.trial_will_end",
		"customer.subscription.updated",
		"invoice.marked_uncollectible",
		"invoice.paid",
		"invoice.payment_action_required",
		"invoice.payment_failed",
		"invoice.voided",
		"refund.created",
		"refund.updated",
	}
}
