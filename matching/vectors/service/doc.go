// Package service asks an embedding service that speaks OpenAI's form of
// /v1/embeddings for the vectors of texts.
//
// The service is somebody else's program: it may be slow, down, wrong or hostile.
// Every request has a time limit, every answer a size limit, and an answer is
// given on only when it is whole: one vector of finite numbers for each text, all of
// one length. After several failures in a row nothing is asked for a while.
//
// What people wait for ([Client.Ask]) and what is done in the background
// ([Client.Embed]) fail apart: a service that is too slow for the one may do for
// the other.
package service
