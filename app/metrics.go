package app

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"parley/tenants"
)

// Metrics are the figures that Parley shows to Prometheus. No name of an organization, person or room is ever a label.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	sockets  prometheus.Gauge
	joins    *prometheus.CounterVec
	events   *prometheus.CounterVec
}

// NewMetrics makes an own registry with Go's and the process's figures in it.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "parley_http_request_duration_seconds", Help: "Time to answer HTTP requests.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}, []string{"method", "route", "status"}),
		sockets: prometheus.NewGauge(prometheus.GaugeOpts{Name: "parley_signal_sockets", Help: "Open signalling sockets."}),
		joins: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_joins_total", Help: "Attempts to join a meeting, by result.",
		}, []string{"result"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "parley_billing_events_total", Help: "Stripe events received, by result.",
		}, []string{"result"}),
	}
	m.registry.MustRegister(m.requests, m.sockets, m.joins, m.events,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Gauge adds a figure that is read when Prometheus asks for it.
func (m *Metrics) Gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

// Counter adds a figure that only grows, and is read when Prometheus asks for it.
func (m *Metrics) Counter(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, read))
}

// Handler serves the figures.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// requestTime bounds what a handler may wait for; less than the server's write timeout.
const requestTime = 25 * time.Second

// observe gives each request its context and measures it by its route, never by its path: paths carry codes.
func (s *Server) observe(c *fiber.Ctx) error {
	defer s.uploads.end(&c.Request().Header)
	start := s.clock.Now()
	ctx, cancel := context.WithTimeout(context.Background(), requestTime) // fiber's own context never ends, and fasthttp's is shared
	defer cancel()
	c.SetUserContext(tenants.WithOrigin(ctx, tenants.Origin{Address: address(c)}))
	err := c.Next()
	if err != nil {
		err = s.problem(c, err) // here, while the request's context lives
	}
	s.metrics.requests.WithLabelValues(c.Method(), c.Route().Path, strconv.Itoa(c.Response().StatusCode())).
		Observe(float64(s.clock.Since(start)) / float64(time.Second))
	return err
}
