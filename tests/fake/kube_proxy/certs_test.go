// SPDX-License-Identifier: GPL-2.0-or-later

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// An authority of the tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// makeCerts fills a folder: ca and other-ca; server, expired and other-server (of other-ca) for
// the hosts.
func makeCerts(dir string, hosts []string) error {
	now := time.Now()
	ca, err := newAuthority(dir, "ca", now)
	if err != nil {
		return err
	}
	other, err := newAuthority(dir, "other-ca", now)
	if err != nil {
		return err
	}
	for _, make := range []struct {
		name     string
		by       *authority
		from, to time.Time
	}{
		{"server", ca, now.Add(-time.Hour), now.AddDate(1, 0, 0)},
		{"expired", ca, now.AddDate(0, 0, -2), now.Add(-time.Hour)},
		{"other-server", other, now.Add(-time.Hour), now.AddDate(1, 0, 0)},
	} {
		template := &x509.Certificate{
			Subject: pkix.Name{CommonName: hosts[0]}, NotBefore: make.from, NotAfter: make.to,
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		}
		nameHosts(template, hosts)
		if _, err := issue(dir, make.name, template, make.by); err != nil {
			return err
		}
	}
	return nil
}

func nameHosts(template *x509.Certificate, hosts []string) {
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
}

func newAuthority(dir, name string, now time.Time) (*authority, error) {
	return issue(dir, name, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, NotBefore: now.AddDate(0, 0, -3), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true,
	}, nil)
}

// issue writes NAME.crt and NAME.key; by nil: signed by itself.
func issue(dir, name string, template *x509.Certificate, by *authority) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, big.NewInt(1<<60)); err != nil {
		return nil, err
	}
	if by == nil {
		by = &authority{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, &key.PublicKey, by.key)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	if err := writePEM(filepath.Join(dir, name+".crt"), "CERTIFICATE", der, 0o644); err != nil {
		return nil, err
	}
	if err := writePEM(filepath.Join(dir, name+".key"), "EC PRIVATE KEY", secret, 0o600); err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{cert, key}, err
}

func writePEM(path, kind string, der []byte, mode os.FileMode) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}
